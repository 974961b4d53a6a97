/** Keeps one kind's objects as the cluster has them: list, watch, and list anew when the watch has become too old. */
import { setTimeout as delay } from 'node:timers/promises';
import type { KindDefinition } from '../core/resources/kind.ts';
import type { KubeObject } from '../core/resources/object.ts';
import { type ClusterApi, ClusterError, type WatchEvent } from './cluster-api.ts';

export interface KindWatchOptions {
  api: ClusterApi;
  kind: KindDefinition;
  onChange(): void;
  log: { warn(fields: object, message: string): void };
  /** In [0, 1): spreads the attempts of many replicas. */
  random(): number;
}

const firstRetryMs = 500;
const maxRetryMs = 30_000;

export class KindWatch {
  readonly #options: KindWatchOptions;
  readonly #abort = new AbortController();
  #objects = new Map<string, KubeObject>();
  /** Uids of what was deleted from here and the watch has not told yet. */
  readonly #deleted = new Set<string>();
  #resourceVersion = '';
  #running: Promise<void> | undefined;

  constructor(options: KindWatchOptions) {
    this.#options = options;
  }

  get objects(): readonly KubeObject[] {
    return [...this.#objects.values()];
  }

  get(named: { namespace?: string; name: string }): KubeObject | undefined {
    return this.#objects.get(keyOf({ metadata: named }));
  }

  /** What was written from here is seen at once; what the watch tells of the time before changes nothing of it. */
  adopt(object: KubeObject): void {
    const known = this.#objects.get(keyOf(object));
    if (known !== undefined && !isOlder(known, object)) return;
    this.#objects.set(keyOf(object), object);
    this.#options.onChange();
  }

  /** It was deleted from here. */
  forget(object: KubeObject): void {
    const { uid } = object.metadata;
    if (this.#objects.get(keyOf(object))?.metadata.uid !== uid) return;
    if (uid !== undefined) this.#deleted.add(uid);
    this.#objects.delete(keyOf(object));
    this.#options.onChange();
  }

  /** Rejects when the first list fails: a cluster that can't be read at start is told at once. */
  async start(): Promise<void> {
    await this.#list();
    this.#running = this.#follow();
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }

  async #list(): Promise<void> {
    const { items, resourceVersion } = await this.#options.api.list(this.#options.kind);
    const listed = new Map(items.map((item) => [keyOf(item), item]));
    // Written from here while the list was under way.
    const asOf = { metadata: { resourceVersion } };
    for (const [key, object] of this.#objects) if (isOlder(asOf, object)) listed.set(key, object);
    this.#objects = listed;
    this.#deleted.clear();
    this.#resourceVersion = resourceVersion;
    this.#options.onChange();
  }

  async #follow(): Promise<void> {
    let retryMs = firstRetryMs;
    while (!this.#abort.signal.aborted) {
      try {
        if (this.#resourceVersion === '') await this.#list();
        await this.#options.api.watch(
          this.#options.kind,
          this.#resourceVersion,
          this.#abort.signal,
          (event) => this.#take(event),
        );
        retryMs = firstRetryMs;
      } catch (error) {
        if (this.#abort.signal.aborted) return;
        if (error instanceof ClusterError && error.code === 410) this.#resourceVersion = '';
        else {
          const { kind } = this.#options.kind;
          this.#options.log.warn(
            { kind, error: (error as Error).message },
            'the watch of the cluster broke; what was known stays in force',
          );
          await delay(retryMs * (0.5 + this.#options.random() / 2), undefined, {
            signal: this.#abort.signal,
          }).catch(() => undefined);
          retryMs = Math.min(retryMs * 2, maxRetryMs);
        }
      }
    }
  }

  #take({ type, object }: WatchEvent): void {
    if (type === 'ERROR') throw new ClusterError(object.code ?? 500, object.message ?? 'the watch failed');
    this.#resourceVersion = object.metadata.resourceVersion ?? this.#resourceVersion;
    if (type === 'BOOKMARK') return;
    const { uid = '' } = object.metadata;
    const known = this.#objects.get(keyOf(object));
    if (type === 'DELETED') {
      // Of the same name another one may be there already.
      if (this.#deleted.delete(uid) || known?.metadata.uid !== uid) return;
      this.#objects.delete(keyOf(object));
    } else {
      if (this.#deleted.has(uid) || (known !== undefined && isOlder(object, known))) return;
      this.#objects.set(keyOf(object), object);
    }
    this.#options.onChange();
  }
}

/** Versions are numbers that grow (Kubernetes 1.35 says so; etcd's have always been); others are not compared. */
function isOlder(one: Versioned, other: Versioned): boolean {
  const [a = '', b = ''] = [one, other].map(({ metadata }) => metadata.resourceVersion);
  return /^\d+$/.test(a) && /^\d+$/.test(b) && BigInt(a) < BigInt(b);
}

interface Versioned {
  metadata: { resourceVersion?: string };
}

function keyOf({ metadata }: { metadata: { namespace?: string; name: string } }): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}
