/** One operation of the API: what serves it and what the OpenAPI document says of it are written once. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Schema } from '../core/resources/kind.ts';
import type { AdminContext } from './context.ts';
import type { Gatekeeper, Principal } from './principal.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** `open`: nobody need be logged in. `holder`: holders of virtual keys too. `admin`: administrators only. */
export type Access = 'open' | 'holder' | 'admin';

export interface Route {
  method: Method;
  /** Below `/api/v1`: `/keys/{namespace}/{name}`. */
  path: string;
  access: Access;
  summary: string;
  /** Query parameters. */
  query?: Readonly<Record<string, Schema>>;
  /** JSON body: checked against it before `serve` sees it. */
  body?: Schema;
  /** Of the answer that is not an error. */
  answer: AnswerSchema;
  serve(call: Call): Promise<Answer> | Answer;
}

export interface AnswerSchema {
  status: number;
  description: string;
  /** Of a JSON answer. */
  schema?: Schema;
  /** Other media types that it may be given in. */
  mediaTypes?: readonly string[];
}

export interface Call {
  context: AdminContext;
  gatekeeper: Gatekeeper;
  request: IncomingMessage;
  path: Readonly<Record<string, string>>;
  query: URLSearchParams;
  /** Checked; undefined where the route has none. */
  body: unknown;
  /** Throws 401 when nobody is logged in. */
  principal(): Principal;
  /** One line of the audit log: who did what to which object; never values. */
  audit(action: string, object: string, more?: object): void;
}

export type Answer =
  | { status: number; json?: unknown; headers?: Record<string, string> }
  | { status: number; text: string; mediaType: string; fileName: string }
  /** Writes the answer itself, head included. */
  | { stream(response: ServerResponse): void | Promise<void> };
