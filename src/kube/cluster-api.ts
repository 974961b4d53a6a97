/** The few requests that a gateway makes of a Kubernetes API server, over undici with the cluster's own TLS settings. */
import { Agent, type Dispatcher } from 'undici';
import { apiVersionOf, type KindDefinition } from '../core/resources/kind.ts';
import type { KubeObject } from '../core/resources/object.ts';
import type { ClusterAccess } from './kubeconfig.ts';

/** An answer of 400 or above; `code` is the HTTP status. */
export class ClusterError extends Error {
  override readonly name = 'ClusterError';
  readonly code: number;
  /** What the server says of it; empty where it says nothing. */
  readonly status: ClusterStatus;
  constructor(code: number, message: string, status: ClusterStatus = {}) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** Of a Kubernetes `Status`. */
export interface ClusterStatus {
  message?: string;
  reason?: string;
  details?: { causes?: { field?: string; message?: string }[] };
}

export interface ListAnswer {
  items: KubeObject[];
  resourceVersion: string;
}

const requestTimeoutMs = 30_000;

export class ClusterApi {
  readonly #access: ClusterAccess;
  readonly #agent: Agent;

  constructor(access: ClusterAccess) {
    this.#access = access;
    const { ca, cert, key, insecureSkipVerify } = access;
    this.#agent = new Agent({
      connect: { ca, cert, key, rejectUnauthorized: !insecureSkipVerify, timeout: 10_000 },
      connections: 64,
      bodyTimeout: 0,
    });
  }

  async list(kind: KindDefinition): Promise<ListAnswer> {
    const body = (await this.#json('GET', collectionPath(kind))) as {
      items: KubeObject[];
      metadata: { resourceVersion: string };
    };
    // Items of a list carry neither kind nor version.
    const items = body.items.map((item) => ({ ...item, apiVersion: apiVersionOf(kind), kind: kind.kind }));
    return { items, resourceVersion: body.metadata.resourceVersion };
  }

  /** Calls `onEvent` per event until the server ends the watch or `signal` does. */
  async watch(
    kind: KindDefinition,
    resourceVersion: string,
    signal: AbortSignal,
    onEvent: (event: WatchEvent) => void,
  ): Promise<void> {
    const query = `?watch=true&allowWatchBookmarks=true&resourceVersion=${resourceVersion}`;
    const answer = await this.#send('GET', collectionPath(kind) + query, undefined, undefined, signal, 0);
    let rest = '';
    const decoder = new TextDecoder();
    for await (const chunk of answer.body) {
      const lines = (rest + decoder.decode(chunk as Buffer, { stream: true })).split('\n');
      rest = lines.pop()!;
      for (const line of lines) if (line !== '') onEvent(JSON.parse(line) as WatchEvent);
    }
  }

  patch(
    kind: KindDefinition,
    object: KubeObject,
    type: string,
    body: unknown,
    query: string,
    subresource = '',
  ): Promise<unknown> {
    return this.#json('PATCH', objectPath(kind, object.metadata) + subresource + query, body, type);
  }

  get(kind: KindDefinition, name: { namespace?: string; name: string }): Promise<KubeObject> {
    return this.#json('GET', objectPath(kind, name)) as Promise<KubeObject>;
  }

  create(kind: KindDefinition, object: KubeObject, query: string): Promise<KubeObject> {
    const { namespace } = object.metadata;
    return this.#json('POST', collectionPath(kind, namespace) + query, object) as Promise<KubeObject>;
  }

  replace(kind: KindDefinition, object: KubeObject, query: string): Promise<KubeObject> {
    return this.#json('PUT', objectPath(kind, object.metadata) + query, object) as Promise<KubeObject>;
  }

  /** Resolves with a `Status`, or with the object while finalizers keep it. */
  remove(kind: KindDefinition, name: { namespace?: string; name: string }): Promise<unknown> {
    return this.#json('DELETE', objectPath(kind, name));
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }

  async #json(method: string, path: string, body?: unknown, type = 'application/json'): Promise<unknown> {
    const answer = await this.#send(
      method,
      path,
      body,
      type,
      AbortSignal.timeout(requestTimeoutMs),
      requestTimeoutMs,
    );
    return answer.body.json();
  }

  async #send(
    method: string,
    path: string,
    body: unknown,
    type: string | undefined,
    signal: AbortSignal,
    headersTimeout: number,
  ): Promise<Dispatcher.ResponseData> {
    const token = this.#access.token();
    const answer = await this.#agent.request({
      origin: new URL(this.#access.server).origin,
      path: new URL(this.#access.server).pathname.replace(/\/$/, '') + path,
      method: method as Dispatcher.HttpMethod,
      headers: {
        accept: 'application/json',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': type }),
      },
      body: body === undefined ? null : JSON.stringify(body),
      signal,
      headersTimeout,
    });
    if (answer.statusCode < 400) return answer;
    const status = statusOf(await answer.body.text());
    const what = `${method} ${path.split('?', 1)[0]}: ${answer.statusCode}`;
    throw new ClusterError(answer.statusCode, `${what} ${status.message ?? ''}`, status);
  }
}

export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  object: KubeObject & { code?: number; message?: string };
}

function statusOf(text: string): ClusterStatus {
  try {
    return (JSON.parse(text) as ClusterStatus | null) ?? {};
  } catch {
    return {};
  }
}

function groupPath(kind: KindDefinition): string {
  return kind.group === '' ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`;
}

/** Without a namespace: of all of them. Names come from people, so they are encoded. */
function collectionPath(kind: KindDefinition, namespace?: string): string {
  const scope = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${groupPath(kind)}${scope}/${kind.plural}`;
}

function objectPath(kind: KindDefinition, { namespace, name }: { namespace?: string; name: string }): string {
  return `${collectionPath(kind, namespace)}/${encodeURIComponent(name)}`;
}
