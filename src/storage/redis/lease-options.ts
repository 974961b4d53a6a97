import type { ChargeBook } from '../accounts.ts';
import type { RedisConnection } from './connection.ts';

/** What budgets shared over Redis are opened with. */
export interface LeasedAccountsOptions {
  connection: Pick<RedisConnection, 'send' | 'close'>;
  /** Keeps this machine's part. */
  book: ChargeBook;
  /** Names the machine's part for good; it is kept with the book. */
  process: string;
  /** Names the thread of this run: never used again. */
  owner: string;
  /** How long a lease lives without a word of its owner, ms. */
  leaseMs?: number;
  /** How long a new generation only takes in what processes have, ms. */
  settlingMs?: number;
  nowMs(): number;
  /** Names a generation, should there be none. */
  newGeneration(): string;
}
