/** Deletes calls, or what is recorded of them, beyond the days to keep, at the start and every hour. A setting that is changed holds from the next time on. */
import type { RetentionSetting } from '../core/config/retention.ts';
import type { ContentStore } from '../storage/content.ts';
import type { Retention, RetentionStatus } from '../storage/retention.ts';
import { dropOldCalls } from './retention.ts';

const everyMs = 3_600_000;

export interface RetentionParts {
  ledger: Pick<ContentStore, 'prune'>;
  setting(): RetentionSetting;
  nowMs(): number;
  /** Names them in the log: default `calls`. */
  what?: string;
  log: Record<'error' | 'info', (fields: object, message: string) => void>;
}

export class RetentionKeeper implements Retention {
  readonly #parts: RetentionParts;
  readonly #stop = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #run = Promise.resolve();
  #nextRunAtMs: number;
  #lastRun: RetentionStatus['lastRun'];

  constructor(parts: RetentionParts) {
    this.#parts = parts;
    this.#nextRunAtMs = parts.nowMs();
    this.#timer = setInterval(() => this.#start(), everyMs);
    this.#start();
  }

  status(): RetentionStatus {
    const setting = this.#parts.setting();
    return {
      ...setting,
      ...(this.#lastRun && { lastRun: this.#lastRun }),
      ...(setting.days !== undefined && { nextRunAtMs: this.#nextRunAtMs }),
    };
  }

  /** Resolves when a run under way has stopped. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stop.abort();
    await this.#run;
  }

  #start(): void {
    this.#nextRunAtMs = this.#parts.nowMs() + everyMs;
    this.#run = this.#run.then(() => this.#drop());
  }

  async #drop(): Promise<void> {
    const { ledger, setting, nowMs, log, what = 'calls' } = this.#parts;
    const { days, fault, configMap } = setting();
    if (fault !== undefined) log.error({ configMap, fault }, `no ${what} are dropped`);
    if (days === undefined) return;
    try {
      const atMs = nowMs();
      const dropped = await dropOldCalls(ledger, days, atMs, this.#stop.signal);
      this.#lastRun = { atMs, dropped };
      if (dropped > 0) log.info({ dropped, keepDays: days }, `${what} beyond the days to keep are deleted`);
    } catch (error) {
      log.error({ error: String(error) }, `old ${what} could not be deleted`);
    }
  }
}
