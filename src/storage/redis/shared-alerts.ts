/** Which alerts any of the gateways that share budgets has told, so that each is told once. */
import { type DueAlert, isOver } from '../../core/budget/alerts.ts';
import type { AlertClaims } from '../alert-claims.ts';
import type { BudgetConnection } from './budget-connection.ts';
import { budgetKeys } from './budget-keys.ts';
import { runScript, scriptOf } from './scripts.ts';

/** Longer than a webhook may take: a gateway that dies meanwhile leaves the alert to the others. */
const claimMs = 15_000;
const told = 'told';

/** KEYS: alerts. ARGV: alert, ms that a claim lives. Answers `told`, `others` or `mine`. */
const claimScript = scriptOf(`local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local state = redis.call('HGET', KEYS[1], ARGV[1])
if state == '${told}' then return state end
if state and tonumber(state) > now then return 'others' end
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f', now + ARGV[2]))
return 'mine'`);

export class SharedAlerts implements AlertClaims {
  readonly #connection: BudgetConnection;
  readonly #nowSeconds: () => number;

  constructor(connection: BudgetConnection, nowSeconds: () => number) {
    this.#connection = connection;
    this.#nowSeconds = nowSeconds;
  }

  /** `mine` also while nobody can be asked: an alert is rather told twice than never. */
  async claim({ id }: Pick<DueAlert, 'id'>): Promise<'mine' | 'others' | 'told'> {
    try {
      const args = [id, String(claimMs)];
      return (await runScript(this.#connection, claimScript, [budgetKeys.alerts], args)) as 'mine';
    } catch {
      return 'mine';
    }
  }

  async told(id: string): Promise<void> {
    try {
      await this.#connection.send(['HSET', budgetKeys.alerts, id, told]);
      const ids = (await this.#connection.send(['HKEYS', budgetKeys.alerts])) as string[];
      const over = ids.filter((one) => isOver(one, this.#nowSeconds()));
      if (over.length > 0) await this.#connection.send(['HDEL', budgetKeys.alerts, ...over]);
    } catch {
      // Its claim ends by itself, then another gateway tells it once more.
    }
  }
}
