/** One operation of the API: what serves it and what the OpenAPI document says of it are written once. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Schema } from '../core/resources/kind.ts';
import type { AdminContext } from './context.ts';
import type { Gatekeeper, Principal } from './principal.ts';
import type { Access } from './roles.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Route {
  method: Method;
  /** Below `/api/v1`: `/keys/{namespace}/{name}`. */
  path: string;
  access: Access;
  /** Browsers are sent here by another site: only for what that site may ask for in anybody's name. */
  fromElsewhere?: true;
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
  /**
   * Names the change that was made: one line of the log, and the audit log's entry with what was written to the object. `more`
   * tells what is no object of the configuration; never secrets. Writes that no route names are entered all the same. False: it could
   * not be entered in the audit log.
   */
  audit(action: string, object: string, more?: object, by?: Principal): boolean;
}

export type Answer =
  | { status: number; json?: unknown; headers?: Record<string, string | string[]> }
  | { status: number; text: string; mediaType: string; fileName: string }
  /** Writes the answer itself, head included. */
  | { stream(response: ServerResponse): void | Promise<void> };
