/**
 * Stores what was said in recorded calls, behind the calls: batch by batch, again while the store is out of reach. What cannot be stored is
 * counted and logged; the calls' ledger entries still say that they were recorded, so it is shown as lost.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CapturedCall } from '../core/content/captured.ts';
import { contentOf } from '../core/content/content-of.ts';
import type { ContentSelection, ContentStore, NewContent, StoredContent } from '../storage/content.ts';
import { StoreUnavailable } from '../storage/store-unavailable.ts';

const defaultWaitMs = 100;
const retryMs = 1_000;
/** Of one batch; reading so much takes some 10 ms. */
const mostCalls = 50;
const mostCharacters = 1_000_000;
/** Of a store that is there, and fails. */
const mostTries = 5;

export interface ContentWriterParts {
  store: ContentStore;
  /** Called for each when it is dealt with. */
  onTaken(captured: CapturedCall): void;
  log: Record<'error' | 'info', (fields: object, message: string) => void>;
  /** How long calls are gathered; default 100. */
  waitMs?: number;
  retryMs?: number;
}

export interface ContentTally {
  stored: number;
  lost: number;
  waiting: number;
}

export class ContentWriter {
  readonly #parts: ContentWriterParts;
  #queue: CapturedCall[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;
  #tries = 0;
  #failing = false;
  #stored = 0;
  #lost = 0;

  constructor(parts: ContentWriterParts) {
    this.#parts = parts;
  }

  /** Nothing: a data path thread has left one out, since too many wait. */
  add(captured: CapturedCall | undefined): void {
    if (captured === undefined) this.#lose(1, 'too many wait to be stored');
    else if (this.#queue.push(captured) === 1) this.#wait(this.#parts.waitMs ?? defaultWaitMs);
  }

  tally(): ContentTally {
    return { stored: this.#stored, lost: this.#lost, waiting: this.#queue.length };
  }

  isWaiting(id: string): boolean {
    return this.#queue.some((captured) => captured.id === id);
  }

  async get(id: string): Promise<StoredContent | undefined> {
    return this.#parts.store.get(id);
  }

  /** What was said before is deleted, also where it was about to be stored. */
  async delete(which: ContentSelection, by: string, atMs: number): Promise<number> {
    await this.#write();
    return this.#parts.store.delete(which, by, atMs);
  }

  /** Stores what waits, once; what cannot be stored now is lost. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#write();
    clearTimeout(this.#timer);
    if (this.#queue.length > 0) this.#lose(this.#queue.length, 'the gateway ends');
    this.#queue = [];
  }

  #wait(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#write(), ms);
  }

  /** One at a time, until nothing waits or the store fails. */
  #write(): Promise<void> {
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  async #writeAll(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = firstOf(this.#queue);
      const contents = batch.flatMap((captured) => this.#read(captured) ?? []);
      try {
        await this.#parts.store.append(contents);
        this.#stored += contents.length;
        this.#works();
      } catch (error) {
        if (this.#retries(error)) return;
        this.#lose(contents.length, String(error));
      }
      this.#tries = 0;
      this.#queue.splice(0, batch.length);
      for (const captured of batch) this.#parts.onTaken(captured);
      await nextTurn();
    }
  }

  #read(captured: CapturedCall): NewContent | undefined {
    const { id, startedAtMs, key, user } = captured;
    try {
      return { id, startedAtMs, key, user, content: contentOf(captured) };
    } catch (error) {
      this.#lose(1, String(error));
      return undefined;
    }
  }

  #retries(error: unknown): boolean {
    this.#tries++;
    if (!(error instanceof StoreUnavailable) && this.#tries >= mostTries) return false;
    if (!this.#failing)
      this.#parts.log.error(
        { error: String(error) },
        'contents of recorded calls wait: they cannot be stored',
      );
    this.#failing = true;
    this.#wait(this.#parts.retryMs ?? retryMs);
    return true;
  }

  #works(): void {
    if (this.#failing) this.#parts.log.info({}, 'contents of recorded calls are stored again');
    this.#failing = false;
  }

  #lose(count: number, reason: string): void {
    if (count === 0) return;
    this.#lost += count;
    this.#parts.log.error({ count, lost: this.#lost, reason }, 'contents of recorded calls are lost');
  }
}

function firstOf(queue: readonly CapturedCall[]): CapturedCall[] {
  let size = 0;
  let count = 0;
  while (count < Math.min(queue.length, mostCalls) && size < mostCharacters) {
    const { request, answer } = queue[count++]!;
    size += (request?.text?.length ?? 0) + (answer?.text?.length ?? 0);
  }
  return queue.slice(0, count);
}
