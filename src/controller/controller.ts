/**
 * Watches the resources, compiles every change into a snapshot, has it published, and then tells its outcome: statuses and
 * the objects beside a Gateway. Changes that come together are compiled together; nothing is written that is there already.
 */
import { type CompileOptions, type CompileResult, compileConfiguration } from '../core/config/compile.ts';
import type { CompileSettings } from '../core/config/consequences.ts';
import type { Gateways } from '../core/config/gateways.ts';
import { nameOf } from '../core/config/objects.ts';
import type { SharedKey, Snapshot } from '../core/config/snapshot.ts';
import type { StatusWrite } from '../core/config/status-write.ts';
import { statusOfKey } from '../core/config/virtual-keys.ts';
import type { RateLimitConfig } from '../core/ratelimit/model.ts';
import { isVirtualKey } from '../storage/resource-pages.ts';
import type { ResourceSource } from '../storage/resource-source.ts';
import { KeyIssuer } from './key-issuer.ts';
import type { KeyChange, KeyKeeper } from './key-keeper.ts';
import { MemoryKeyKeeper } from './memory-key-keeper.ts';
import { OwnedObjectKeeper } from './owned-object-keeper.ts';
import { StatusWriter } from './status-writer.ts';
import { StoredKeyKeeper } from './stored-key-keeper.ts';

export interface ControllerOptions {
  source: ResourceSource;
  /** Takes a snapshot into force; resolves with the ports that could not be opened, and why. */
  publish(snapshot: Snapshot): Promise<Record<number, string>>;
  compile: Pick<
    CompileOptions,
    'sha256' | 'providerUrls' | 'address' | 'rateLimitSources' | 'isPriced' | 'compileRegex'
  >;
  nowRfc3339(): string;
  /** Takes changes of VirtualKeys into force. */
  publishKeys(changes: readonly KeyChange[]): Promise<void>;
  /** Value of a new virtual key. */
  newKeyValue(): string;
  /** How long until a port that could not be opened is tried again. */
  retryBindMs: number;
  /** Whether this process makes the Services and Pods of Gateways (the embedded API) or a cluster does. */
  ownsObjects: boolean;
  log: { error(fields: object, message: string): void };
  /** Told of every compilation: the statuses of all objects, or that nothing came of it. */
  outcome?: { told(statuses: readonly StatusWrite[]): void; failed(): void };
}

export interface Controller {
  /** Resolves when the first snapshot is in force. */
  ready: Promise<void>;
  /** Resolves when every change so far is in force and told. */
  settled(): Promise<void>;
  /** The VirtualKey in force with this value. */
  findKey(sha256: string): SharedKey | undefined;
  /** What it compiles with, for whoever asks what another configuration would be. */
  readonly compiling: CompileSettings;
  /** Something outside of the resources has changed. */
  recompile(): void;
  stop(): Promise<void>;
}

export function startController(options: ControllerOptions): Controller {
  return new ReconcileLoop(options);
}

class ReconcileLoop implements Controller {
  readonly ready: Promise<void>;
  readonly compiling: CompileSettings;
  readonly #options: ControllerOptions;
  readonly #statuses: StatusWriter;
  readonly #owned: OwnedObjectKeeper;
  readonly #issuer: KeyIssuer;
  readonly #keys: KeyKeeper;
  readonly #unsubscribe: () => void;
  #generation = 0;
  #rateLimits: RateLimitConfig | undefined;
  #bindErrors: Record<number, string> = {};
  #dirty = true;
  /** More than VirtualKeys have changed. */
  #everything = true;
  #gateways: Gateways | undefined;
  /** Of the last whole compilation, but for VirtualKeys. */
  #others: readonly StatusWrite[] = [];
  /** Some of the VirtualKeys, for `outcome`. */
  #toldKeys: readonly StatusWrite[] = [];
  #running: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #more: NodeJS.Immediate | undefined;
  #stopped = false;

  constructor(options: ControllerOptions) {
    this.#options = options;
    this.#statuses = new StatusWriter(options.source);
    this.#owned = new OwnedObjectKeeper(options.source, options.ownsObjects);
    this.#issuer = new KeyIssuer(options.source, options.newKeyValue, options.ownsObjects);
    this.#keys = keeperOf(options.source, options.compile.sha256);
    this.compiling = { ...options.compile, keyBook: this.#keys.book };
    this.#unsubscribe = options.source.onChange((changed) => {
      if (isVirtualKey(changed)) this.#keys.note(changed);
      else this.#everything = true;
      void this.#trigger();
    });
    this.ready = this.#trigger();
  }

  async settled(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  findKey(sha256: string): SharedKey | undefined {
    return this.#keys.find(sha256);
  }

  recompile(): void {
    this.#everything = true;
    void this.#trigger();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#unsubscribe();
    clearTimeout(this.#retry);
    clearImmediate(this.#more);
    await this.settled();
  }

  #trigger(): Promise<void> {
    this.#dirty = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #run(): Promise<void> {
    while (this.#dirty && !this.#stopped) {
      this.#dirty = false;
      try {
        await this.#reconcile();
      } catch (error) {
        // The snapshot before stays in force; the next change tries again.
        this.#options.outcome?.failed();
        this.#options.log.error(
          { error: error instanceof Error ? error.stack : String(error) },
          'configuration could not be compiled',
        );
      }
    }
  }

  async #reconcile(): Promise<void> {
    const opens = this.#keys.takeIn();
    const gateways = this.#gateways;
    if (this.#everything || opens || gateways === undefined) {
      this.#everything = false;
      try {
        await this.#reconcileAll();
      } catch (error) {
        this.#everything = true;
        throw error;
      }
    } else await this.#reconcileKeys(gateways);
    if (this.#keys.takeRemoved()) await this.#issuer.collect();
  }

  async #reconcileAll(): Promise<void> {
    const compiled = this.#compile();
    this.#rateLimits = compiled.snapshot.rateLimits;
    await this.#publishKeys();
    const bindErrors = await this.#options.publish(compiled.snapshot);
    const told = sameErrors(bindErrors, this.#bindErrors) ? compiled : this.#withBindErrors(bindErrors);
    this.#scheduleRetry(bindErrors);
    this.#others = told.statuses;
    await this.#owned.keep(told.owned);
    await this.#statuses.write(told.statuses);
    await this.#tellKeys(compiled.gateways);
  }

  /** VirtualKeys alone: what it costs does not grow with their number. */
  async #reconcileKeys(gateways: Gateways): Promise<void> {
    await this.#publishKeys();
    await this.#tellKeys(gateways);
  }

  async #tellKeys(gateways: Gateways): Promise<void> {
    const clock = { nowRfc3339: this.#options.nowRfc3339() };
    const keys = this.#keys.toTell();
    const statuses = keys.map((key) => statusOfKey(key, this.#keys.book, gateways, clock));
    await this.#statuses.write(statuses);
    this.#keys.told(keys);
    const hasMore = this.#keys.hasMore();
    // Of very many that are told one portion after the other, it is looked at in the end.
    if (!hasMore) this.#toldKeys = this.#keys.outcome(statuses);
    this.#options.outcome?.told([...this.#others, ...this.#toldKeys]);
    await this.#issuer.issue(keys.flatMap(({ toIssue }) => toIssue ?? []));
    if (!hasMore) return;
    // Whoever waits for what has changed until now does not wait for all of them.
    this.#more ??= setImmediate(() => {
      this.#more = undefined;
      if (!this.#stopped) void this.#trigger();
    });
  }

  async #publishKeys(): Promise<void> {
    const changes = this.#keys.changes();
    await this.#options.publishKeys(changes);
    this.#keys.published(changes);
  }

  #compile(): CompileResult {
    this.#keys.readIssued();
    const compiled = compileConfiguration(this.#options.source, {
      ...this.#options.compile,
      generation: ++this.#generation,
      nowRfc3339: this.#options.nowRfc3339(),
      previousRateLimits: this.#rateLimits,
      bindErrors: this.#bindErrors,
      keyBook: this.#keys.book,
    });
    this.#gateways = compiled.gateways;
    this.#keys.gatewaysAre(compiled.gateways.all.map(({ object }) => nameOf(object)));
    return compiled;
  }

  #withBindErrors(bindErrors: Record<number, string>): CompileResult {
    this.#bindErrors = bindErrors;
    return this.#compile();
  }

  /** A port may become free without any resource changing. */
  #scheduleRetry(bindErrors: Record<number, string>): void {
    clearTimeout(this.#retry);
    if (Object.keys(bindErrors).length === 0 || this.#stopped) return;
    this.#retry = setTimeout(() => this.recompile(), this.#options.retryBindMs);
    this.#retry.unref();
  }
}

function sameErrors(a: Record<number, string>, b: Record<number, string>): boolean {
  return JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());
}

function keeperOf(source: ResourceSource, sha256: (text: string) => string): KeyKeeper {
  const { keys } = source;
  return keys === undefined ? new MemoryKeyKeeper(source, sha256) : new StoredKeyKeeper(keys, source, sha256);
}
