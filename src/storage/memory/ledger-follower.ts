/**
 * Feeds the ledger from the counter journals, off the request path. Where each file was read to is committed together with the
 * records, so that every call is entered exactly once across `kill -9`.
 */
import { join } from 'node:path';
import type { LedgerStore } from '../ledger.ts';
import { journalFiles } from './counter-journal.ts';
import { ChunkReader } from './journal-chunk.ts';

export class LedgerFollower {
  readonly #directory: string;
  readonly #ledger: LedgerStore;
  /** File → bytes read. */
  readonly #positions: Map<string, number>;
  #reading: Promise<void> | undefined;

  private constructor(directory: string, ledger: LedgerStore, positions: Map<string, number>) {
    this.#directory = directory;
    this.#ledger = ledger;
    this.#positions = positions;
  }

  /**
   * Catches up with what an earlier process left behind. Nobody writes those files any more: a torn last line in one of them is
   * no call, and is skipped.
   */
  static async open(directory: string, ledger: LedgerStore): Promise<LedgerFollower> {
    const saved = await ledger.positions();
    const positions = new Map(saved.map(({ file, offset }) => [file, offset]));
    const follower = new LedgerFollower(directory, ledger, positions);
    await follower.#readAll(true);
    return follower;
  }

  /** Enters what was written since. Calls that come while one is under way wait for it. */
  read(): Promise<void> {
    this.#reading ??= this.#readAll(false).finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /** For the counters' checkpoint: whether a journal may go. */
  isConsumed(name: string, size: number): boolean {
    return (this.#positions.get(name) ?? 0) >= size;
  }

  async #readAll(skipTorn: boolean): Promise<void> {
    const files = journalFiles(this.#directory).sort((a, b) => a.generation - b.generation);
    const names = new Set(files.map(({ name }) => name));
    for (const name of this.#positions.keys()) if (!names.has(name)) this.#positions.delete(name);
    for (const { name } of files) await this.#readFile(name, skipTorn);
  }

  /** While a ledger on another machine takes one part in, the next is read. */
  async #readFile(name: string, skipTorn: boolean): Promise<void> {
    const path = join(this.#directory, name);
    let reader: ChunkReader | undefined = new ChunkReader(path, this.#positions.get(name) ?? 0, skipTorn);
    for (let chunk = reader.finish(); chunk !== undefined; chunk = reader?.finish()) {
      const positions = new Map(this.#positions).set(name, chunk.end);
      const entered = this.#ledger.append(
        chunk.records,
        [...positions].map(([file, at]) => ({ file, offset: at })),
      );
      reader = chunk.isLast ? undefined : new ChunkReader(path, chunk.end, skipTorn);
      if (entered !== undefined) await readMeanwhile(entered, reader);
      this.#positions.set(name, chunk.end);
    }
  }
}

/** Rejects as `entered` does. */
async function readMeanwhile(entered: Promise<void>, reader: ChunkReader | undefined): Promise<void> {
  let pending = true;
  const end = () => {
    pending = false;
  };
  entered.then(end, end);
  while (pending && reader?.step()) await new Promise((resolve) => setImmediate(resolve));
  await entered;
}
