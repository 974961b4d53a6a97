/**
 * Watches the resources, compiles every change into a snapshot, has it published, and then tells its outcome: statuses and
 * the objects beside a Gateway. Changes that come together are compiled together; nothing is written that is there already.
 */
import {
  type CompileOptions,
  type CompileResult,
  compileConfiguration,
  type StatusWrite,
} from '../core/config/compile.ts';
import type { Snapshot } from '../core/config/snapshot.ts';
import type { RateLimitConfig } from '../core/ratelimit/model.ts';
import type { ResourceSource } from '../storage/resource-source.ts';
import { KeyIssuer } from './key-issuer.ts';
import { OwnedObjectKeeper } from './owned-object-keeper.ts';
import { StatusWriter } from './status-writer.ts';

export interface ControllerOptions {
  source: ResourceSource;
  /** Takes a snapshot into force; resolves with the ports that could not be opened, and why. */
  publish(snapshot: Snapshot): Promise<Record<number, string>>;
  compile: Pick<
    CompileOptions,
    'sha256' | 'providerUrls' | 'address' | 'rateLimitSources' | 'isPriced' | 'compileRegex'
  >;
  nowRfc3339(): string;
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
  /** Something outside of the resources has changed. */
  recompile(): void;
  stop(): Promise<void>;
}

export function startController(options: ControllerOptions): Controller {
  return new ReconcileLoop(options);
}

class ReconcileLoop implements Controller {
  readonly ready: Promise<void>;
  readonly #options: ControllerOptions;
  readonly #statuses: StatusWriter;
  readonly #owned: OwnedObjectKeeper;
  readonly #keys: KeyIssuer;
  readonly #unsubscribe: () => void;
  #generation = 0;
  #rateLimits: RateLimitConfig | undefined;
  #bindErrors: Record<number, string> = {};
  #dirty = true;
  #running: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: ControllerOptions) {
    this.#options = options;
    this.#statuses = new StatusWriter(options.source);
    this.#owned = new OwnedObjectKeeper(options.source, options.ownsObjects);
    this.#keys = new KeyIssuer(options.source, options.newKeyValue, options.ownsObjects);
    this.#unsubscribe = options.source.onChange(() => this.#trigger());
    this.ready = this.#trigger();
  }

  async settled(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  recompile(): void {
    void this.#trigger();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#unsubscribe();
    clearTimeout(this.#retry);
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
    const compiled = this.#compile();
    this.#rateLimits = compiled.snapshot.rateLimits;
    const bindErrors = await this.#options.publish(compiled.snapshot);
    const told = sameErrors(bindErrors, this.#bindErrors) ? compiled : this.#withBindErrors(bindErrors);
    this.#scheduleRetry(bindErrors);
    this.#options.outcome?.told(told.statuses);
    await this.#owned.keep(told.owned);
    await this.#statuses.write(told.statuses);
    await this.#keys.collect();
    await this.#keys.issue(told.toIssue);
  }

  #compile(): CompileResult {
    return compileConfiguration(this.#options.source, {
      ...this.#options.compile,
      generation: ++this.#generation,
      nowRfc3339: this.#options.nowRfc3339(),
      previousRateLimits: this.#rateLimits,
      bindErrors: this.#bindErrors,
    });
  }

  #withBindErrors(bindErrors: Record<number, string>): CompileResult {
    this.#bindErrors = bindErrors;
    return this.#compile();
  }

  /** A port may become free without any resource changing. */
  #scheduleRetry(bindErrors: Record<number, string>): void {
    clearTimeout(this.#retry);
    if (Object.keys(bindErrors).length === 0 || this.#stopped) return;
    this.#retry = setTimeout(() => void this.#trigger(), this.#options.retryBindMs);
    this.#retry.unref();
  }
}

function sameErrors(a: Record<number, string>, b: Record<number, string>): boolean {
  return JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());
}
