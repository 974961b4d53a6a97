/** Watches: one JSON line per change from a resourceVersion on, with headers sent before the first of them. */
import type { ServerResponse } from 'node:http';
import { apiVersionOf, type KindDefinition } from '../core/resources/kind.ts';
import type { KubeObject } from '../core/resources/object.ts';
import { pagesOf, storedKeysOf } from '../storage/resource-pages.ts';
import type { ResourceEvent, ResourceStore } from '../storage/resource-store.ts';
import type { StoredKeys } from '../storage/stored-keys.ts';
import { type FormOptions, formObject } from './answer-form.ts';
import { objectFilter, wholeNumber } from './list-query.ts';
import { expired, invalid } from './status-error.ts';
import { isReady } from './stored-list.ts';

/** A client that reads slower than this many bytes behind is cut off: it lists again and resumes. */
const maxBacklogBytes = 8 * 1024 * 1024;
const bookmarkEveryMs = 60_000;
const longestSeconds = 3600;

export interface WatchRequest {
  kind: KindDefinition;
  namespace?: string;
  parameters: URLSearchParams;
  form: FormOptions;
}

export function startWatch(store: ResourceStore, request: WatchRequest, response: ServerResponse): void {
  new Watch(store, request, response).start();
}

class Watch {
  readonly #store: ResourceStore;
  readonly #request: WatchRequest;
  readonly #response: ServerResponse;
  readonly #matches: ((object: KubeObject) => boolean) | undefined;
  readonly #from: number;
  readonly #initial: 'none' | 'events' | 'eventsThenBookmark';
  readonly #seconds: number;
  readonly #bookmarks: boolean;
  #unsubscribe = () => {};

  /** Throws 400 or 422 before anything is sent. */
  constructor(store: ResourceStore, request: WatchRequest, response: ServerResponse) {
    const { kind, namespace, parameters } = request;
    this.#store = store;
    this.#request = request;
    this.#response = response;
    this.#matches = objectFilter(kind, namespace, parameters);
    this.#initial = initialEvents(parameters);
    const version = parameters.get('resourceVersion') || '0';
    const asked = wholeNumber(version, 'resourceVersion');
    this.#from = asked === 0 ? store.revision() : asked;
    const seconds = wholeNumber(parameters.get('timeoutSeconds') || '0', 'timeoutSeconds');
    this.#seconds = Math.min(seconds === 0 ? longestSeconds : seconds, longestSeconds);
    this.#bookmarks = ['true', '1'].includes(parameters.get('allowWatchBookmarks') ?? '');
  }

  start(): void {
    const { form } = this.#request;
    const type =
      form.form === 'Object' ? 'application/json' : `application/json;as=${form.form};v=v1;g=meta.k8s.io`;
    this.#response.writeHead(200, { 'content-type': type, 'cache-control': 'no-cache, private' });
    this.#response.flushHeaders();
    const keys = this.#initial === 'none' ? undefined : storedKeysOf(this.#store, this.#request.kind);
    if (keys !== undefined) void this.#sendStored(keys);
    else if (this.#sendPast()) this.#follow();
  }

  /** Of what is read from disk: as it is when it is read, and then what happened since it began. */
  async #sendStored(keys: StoredKeys): Promise<void> {
    try {
      for (const page of pagesOf(keys, this.#request.namespace)) {
        for (const object of page)
          if (this.#matches?.(object) ?? true) this.#send('ADDED', this.#formed(object));
        if (!(await isReady(this.#response))) return;
      }
      this.#endInitial();
      if (this.#sendSince()) this.#follow();
    } catch {
      this.#response.destroy();
    }
  }

  #follow(): void {
    const timeout = setTimeout(() => this.#end(), this.#seconds * 1000);
    const bookmark = this.#bookmarks ? setInterval(() => this.#bookmark(), bookmarkEveryMs) : undefined;
    this.#unsubscribe = this.#store.subscribe((events) => this.#onEvents(events));
    this.#response.once('close', () => {
      this.#unsubscribe();
      clearTimeout(timeout);
      clearInterval(bookmark);
    });
  }

  /** False when the watch has ended already. */
  #sendPast(): boolean {
    if (this.#initial !== 'none') {
      const { group, kind } = this.#request.kind;
      for (const object of this.#store.list(group, kind)) {
        if (this.#matches?.(object) ?? true) this.#send('ADDED', this.#formed(object));
      }
      this.#endInitial();
      return true;
    }
    return this.#sendSince();
  }

  #endInitial(): void {
    if (this.#initial === 'eventsThenBookmark') this.#bookmark({ 'k8s.io/initial-events-end': 'true' });
  }

  #sendSince(): boolean {
    const past = this.#store.eventsSince(this.#from);
    if (past === undefined) {
      const oldest = this.#store.oldestRevision();
      this.#send('ERROR', expired(`too old resource version: ${this.#from} (${oldest})`).status);
      this.#response.end();
      return false;
    }
    this.#onEvents(past);
    return true;
  }

  #onEvents(events: readonly ResourceEvent[]): void {
    const { group, kind } = this.#request.kind;
    for (const event of events) {
      if (event.kind !== kind || event.group !== group || event.revision <= this.#from) continue;
      const type = this.#seenAs(event);
      if (type !== undefined) this.#send(type, this.#formed(event.object));
    }
  }

  /** What a change is to a reader who only sees what the selectors let through. */
  #seenAs({ type, object, previous }: ResourceEvent): ResourceEvent['type'] | undefined {
    if (this.#matches === undefined) return type;
    const before = previous !== undefined && this.#matches(previous);
    if (type === 'DELETED') return before ? 'DELETED' : undefined;
    if (this.#matches(object)) return before ? 'MODIFIED' : 'ADDED';
    return before ? 'DELETED' : undefined;
  }

  #formed(object: KubeObject): unknown {
    return formObject(object, this.#request.form);
  }

  #bookmark(annotations?: Record<string, string>): void {
    const { kind, form } = this.#request;
    const metadata = {
      resourceVersion: String(this.#store.revision()),
      ...(annotations !== undefined && { annotations }),
    };
    const object = { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata } as unknown as KubeObject;
    this.#send('BOOKMARK', formObject(object, form));
  }

  #send(type: string, object: unknown): void {
    if (this.#response.writableLength > maxBacklogBytes) {
      this.#response.destroy();
      return;
    }
    this.#response.write(`${JSON.stringify({ type, object })}\n`);
  }

  #end(): void {
    if (this.#bookmarks) this.#bookmark();
    this.#response.end();
  }
}

function initialEvents(parameters: URLSearchParams): 'none' | 'events' | 'eventsThenBookmark' {
  const asked = parameters.get('sendInitialEvents');
  const version = parameters.get('resourceVersion') ?? '';
  if (asked === null) return version === '' || version === '0' ? 'events' : 'none';
  const match = parameters.get('resourceVersionMatch');
  if (match !== 'NotOlderThan') {
    const field = 'resourceVersionMatch';
    const message = 'Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan';
    throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', [
      { reason: 'FieldValueForbidden', message, field },
    ]);
  }
  return asked === 'true' || asked === '1' ? 'eventsThenBookmark' : 'none';
}
