/** The one way to the admin API: adds the CSRF header, asks for a new login when the session ends, notices when the API is gone. */
import { strings } from '../strings.ts';
import { connection } from './connection.ts';
import { renewSession, session } from './session-state.ts';

export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly code: string;
  /** Name of the field that is wrong, as the API calls it: `limits.tokensPerMinute`. */
  readonly field: string | undefined;

  constructor(status: number, code: string, message: string, field?: string) {
    super(message);
    this.status = status;
    this.code = code;
    this.field = field;
  }
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

interface CallOptions {
  method?: Method;
  body?: unknown;
  signal?: AbortSignal;
  /** A 401 is the answer (logging in), not the end of a session. */
  unauthenticated?: boolean;
}

/** Resolves with the parsed body, undefined when there is none. Throws {@link ApiError}; status 0 when the API is out of reach. */
export async function callApi<T>(path: string, options: CallOptions = {}): Promise<T> {
  const response = await send(path, options);
  if (response.status !== 401 || options.unauthenticated) return readAnswer<T>(response);
  await renewSession();
  return readAnswer<T>(await send(path, options));
}

/** For an answer that is read while it comes. Throws {@link ApiError} as `callApi` does; aborting rejects with the abort's own error. */
export async function openStream(path: string, body: unknown, signal: AbortSignal): Promise<Response> {
  const options: CallOptions = { method: 'POST', body, signal };
  let response = await send(path, options);
  if (response.status === 401) {
    await renewSession();
    response = await send(path, options);
  }
  return response.ok ? response : readAnswer<never>(response);
}

async function send(path: string, { method = 'GET', body, signal }: CallOptions): Promise<Response> {
  const headers: Record<string, string> = { accept: 'application/json' };
  const csrf = session.get()?.csrf;
  if (method !== 'GET' && csrf !== undefined) headers['x-tollgate-csrf'] = csrf;
  if (body !== undefined) headers['content-type'] = 'application/json';
  const init: RequestInit = { method, headers, credentials: 'same-origin', cache: 'no-store' };
  if (body !== undefined) init.body = JSON.stringify(body);
  if (signal !== undefined) init.signal = signal;
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, init);
  } catch (error) {
    if (signal?.aborted) throw error;
    connection.lost();
    throw new ApiError(0, 'unreachable', strings.errors.unreachable);
  }
  connection.restored();
  return response;
}

async function readAnswer<T>(response: Response): Promise<T> {
  if (response.status === 204) return undefined as T;
  const text = await response.text();
  const body = parse(text);
  if (response.ok) return body as T;
  const error = (body as { error?: { code?: string; message?: string; field?: string } } | undefined)?.error;
  const message = error?.message ?? strings.errors.unexpected(response.status);
  throw new ApiError(response.status, error?.code ?? 'unknown', message, error?.field);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `?a=1&b=2` without what is undefined or empty; '' when nothing is left. */
export function queryText(params: Record<string, string | number | undefined>): string {
  const given = Object.entries(params).filter(([, value]) => value !== undefined && value !== '');
  const query = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
  return given.length === 0 ? '' : `?${query}`;
}
