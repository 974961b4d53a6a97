/** HTTP to the admin API of a running gateway. Every failure is told with what to do next, and never with the token. */
import { CliFailure } from './failure.ts';

export interface AdminAddress {
  /** `http://host:port`, without a path. */
  url: string;
  token: string;
  /** Where the token is from, for the message when it is not taken. */
  tokenSource: string;
}

export type Query = Record<string, string | number | boolean | undefined>;

const timeoutMs = 30_000;

export class AdminClient {
  readonly #address: AdminAddress;

  constructor(address: AdminAddress) {
    this.#address = address;
  }

  /** JSON of the answer; undefined for 204. Throws `CliFailure`. */
  async call<T>(method: string, path: string, options: { query?: Query; body?: unknown } = {}): Promise<T> {
    const response = await this.#send(method, path, options, AbortSignal.timeout(timeoutMs));
    if (response.status === 204) return undefined as T;
    const text = await response.text().catch(() => '');
    return parseJson(text) as T;
  }

  get<T>(path: string, query?: Query): Promise<T> {
    return this.call<T>('GET', path, query === undefined ? {} : { query });
  }

  /** The body of a stream of server-sent events, as it comes. */
  async stream(
    path: string,
    query: Query,
    { method = 'GET', body }: { method?: string; body?: unknown } = {},
  ): Promise<AsyncIterable<Uint8Array>> {
    const response = await this.#send(method, path, { query, body, accept: 'text/event-stream' });
    if (response.body === null) throw notTollgate(this.#address.url);
    return response.body;
  }

  async #send(
    method: string,
    path: string,
    { query = {}, body, accept = 'application/json' }: { query?: Query; body?: unknown; accept?: string },
    signal?: AbortSignal,
  ): Promise<Response> {
    const url = new URL(`/api/v1${path}`, this.#address.url);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const response = await fetch(url, {
      method,
      ...(signal && { signal }),
      redirect: 'error',
      headers: {
        authorization: `Bearer ${this.#address.token}`,
        accept,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch((error: unknown) => {
      throw unreachable(this.#address.url, error);
    });
    if (!response.ok) throw await refusal(response, this.#address);
    const type = response.headers.get('content-type') ?? '';
    if (response.status !== 204 && !type.startsWith(accept)) {
      await response.body?.cancel();
      throw notTollgate(this.#address.url);
    }
    return response;
  }
}

/** Path of one object, `/keys/namespace/name`. */
export function objectPath(collection: string, ref: { namespace: string; name: string }, verb = ''): string {
  return `/${collection}/${encodeURIComponent(ref.namespace)}/${encodeURIComponent(ref.name)}${verb}`;
}

function unreachable(url: string, error: unknown): CliFailure {
  const { name, cause } = error as Error & { cause?: NodeJS.ErrnoException };
  const why =
    name === 'TimeoutError'
      ? `it did not answer within ${timeoutMs / 1000} s`
      : (cause?.code ?? cause?.message);
  return new CliFailure(
    `no gateway answers at ${url}${why === undefined ? '' : ` (${why})`}: start it with \`tollgate up\`, or name another with --admin or TOLLGATE_ADMIN_URL`,
    'unreachable',
  );
}

function notTollgate(url: string): CliFailure {
  return new CliFailure(
    `what answers at ${url} is not Tollgate's admin API: name it with --admin or TOLLGATE_ADMIN_URL`,
    'unreachable',
  );
}

async function refusal(response: Response, { url, tokenSource }: AdminAddress): Promise<CliFailure> {
  const { status } = response;
  const body = parseJson(await response.text().catch(() => '')) as ErrorBody | undefined;
  const message = body?.error?.message;
  if (status === 401) {
    return new CliFailure(
      `${url} does not take the token from ${tokenSource}: name the running gateway's --data-dir, or set TOLLGATE_ADMIN_TOKEN`,
      'notAllowed',
    );
  }
  if (message === undefined) return notTollgate(url);
  const field = body?.error?.field;
  const told = field === undefined ? message : `${field}: ${message}`;
  if (status === 404 && message.startsWith('no such path'))
    return new CliFailure(
      `${told} (the gateway at ${url} does not serve this command yet: it is of an older release)`,
    );
  if (status === 403) return new CliFailure(`not allowed: ${told}`, 'notAllowed');
  if (status === 409) return new CliFailure(`${told} (look at what is there now, then try again)`);
  if (status >= 500) return new CliFailure(`the gateway failed: ${told} (its log says more)`);
  return new CliFailure(told);
}

interface ErrorBody {
  error?: { code?: string; message?: string; field?: string };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
