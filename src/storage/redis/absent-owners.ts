/** What gateways that do not come back had leased: counted as used while they may, given back to the budgets after that. */
import { AbsenceWatch } from '../../core/budget/lease-time.ts';
import { returnAbsentScript } from './agent-scripts.ts';
import { budgetKeys } from './budget-keys.ts';
import type { RedisConnection } from './connection.ts';
import { runScript } from './scripts.ts';

export interface AbsentOwnersOptions {
  connection: Pick<RedisConnection, 'send'>;
  /** Of a clock that never steps. */
  nowMs(): number;
  /** How long an absence lasts until it is believed; `Infinity` for ever. */
  returnMs?: number;
  log: { warn(fields: object, message: string): void };
}

export class AbsentOwners {
  readonly #options: AbsentOwnersOptions;
  readonly #watch: AbsenceWatch;

  constructor(options: AbsentOwnersOptions) {
    this.#options = options;
    this.#watch = new AbsenceWatch(options.returnMs);
  }

  /** `told`: owner and epoch of all absences, in turn. */
  async see(told: readonly string[]): Promise<void> {
    const { connection, log, nowMs } = this.#options;
    const absences = told.flatMap((owner, at) => (at % 2 === 0 ? [{ owner, epoch: told[at + 1]! }] : []));
    for (const { owner, epoch } of this.#watch.see(absences, nowMs())) {
      const keys = [budgetKeys.used, budgetKeys.absent, budgetKeys.owner(owner)];
      const returned = await runScript(connection, returnAbsentScript, keys, [owner, epoch]);
      if (returned !== '0') log.warn({ owner, returned }, 'what an absent gateway had leased came back');
    }
  }
}
