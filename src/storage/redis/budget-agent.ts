/**
 * A process's agent at the shared budgets, on its main thread: registers what this machine charged, takes back what threads of
 * earlier runs had leased, ends leases of processes that are gone, notices when the server lost its data, and reads how budgets stand.
 */
import { usedPrefix } from '../../core/budget/counter-keys.ts';
import { settlingMs } from '../../core/budget/lease-time.ts';
import type { BudgetUnit } from '../../core/budget/model.ts';
import { keptAfterSeconds } from '../../core/budget/window-clock.ts';
import type { Hold } from '../accounts.ts';
import type { CounterValue, LocalCounterStore } from '../counters.ts';
import { AbsentOwners } from './absent-owners.ts';
import { beatScript, registerScript, resetScript, returnScript } from './agent-scripts.ts';
import { budgetKeys, parseField, usedField } from './budget-keys.ts';
import type { RedisConnection } from './connection.ts';
import { runScript } from './scripts.ts';
import { figuresOf } from './shared-figures.ts';
import { syncScript, unknownScript } from './sync-script.ts';

export interface BudgetAgentOptions {
  connection: Pick<RedisConnection, 'send' | 'close'>;
  process: string;
  /** Threads of this run have names that begin so; see `ownerName`. */
  run: string;
  /** Of this machine: what it charged. */
  counters: Pick<LocalCounterStore, 'list'>;
  nowSeconds(): number;
  /** Of a clock that never steps. */
  nowMs(): number;
  newGeneration(): string;
  /** How long a new generation only takes in what processes have, ms. */
  settlingMs?: number;
  /** How long a process is absent until what it had leased comes back, ms; `Infinity`: when it is back. */
  returnMs?: number;
  log: { warn(fields: object, message: string): void };
}

/** Beats; more where there is much to read, so that it never is the server's main work. */
const rememberEvery = 5;
const fieldsPerBeat = 5_000;
/** Counters that are read for a millisecond of standing still. */
const fieldsPerMs = 20;
const cleanEvery = 60;
const chunk = 500;
/** An ended window's counter stays this long: calls that outlive it are charged to it. */
const graceSeconds = 3_600;

type BeatReply = [generation: string, ended: string[], absent: string[], openInMs: number];

export function ownerName(process: string, run: string, thread: string): string {
  return `${process}:${run}:${thread}`;
}

export class BudgetAgent {
  readonly #options: BudgetAgentOptions;
  readonly #absent: AbsentOwners;
  /** What other processes charged: they may be gone when the server's data is. */
  readonly #others = new Map<string, [string, string][]>();
  #generation = '';
  #isRegistered = false;
  /** It was told that the server cannot be reached. */
  #isAway = false;
  #openInMs: number | undefined;
  #beats = 0;
  #rememberAt = 0;
  #running: Promise<void> | undefined;
  #known: CounterValue[] = [];
  #knownUntilMs = 0;

  constructor(options: BudgetAgentOptions) {
    this.#options = options;
    this.#absent = new AbsentOwners(options);
  }

  /** Once a second. Never rejects: what could not be done is done at the next. */
  beat(): Promise<void> {
    this.#running ??= this.#beat()
      .catch((error: Error) => {
        if (!this.#isAway)
          this.#options.log.warn({ error: error.message }, 'shared budgets cannot be reached');
        // Whoever takes over for a server that failed may lack the last of what it was told.
        this.#isRegistered = false;
        this.#isAway = true;
        this.#openInMs = undefined;
      })
      .finally(() => {
        this.#running = undefined;
      });
    return this.#running;
  }

  /** Until calls are granted, ms, as of the last beat; undefined while the server is away. */
  get openInMs(): number | undefined {
    return this.#openInMs;
  }

  /** As of the last beat. */
  get isReachable(): boolean {
    return this.#isRegistered;
  }

  /** Live counters as the embedded store lists them; as last seen while the server is away. */
  async list(prefix: string): Promise<CounterValue[]> {
    try {
      if (performance.now() > this.#knownUntilMs) {
        this.#known = await this.#read();
        this.#knownUntilMs = performance.now() + this.#known.length / fieldsPerMs;
      }
    } catch {
      // The agent's beat tells.
    }
    return this.#known.filter(({ key }) => key.startsWith(prefix));
  }

  /** Sets what is charged to zero, for all processes. */
  async reset(prefix: string): Promise<number> {
    const fields = (await this.#all(budgetKeys.used)).map(([field]) => field);
    const found = fields.filter((field) => {
      const parsed = parseField(field);
      return parsed !== undefined && `${usedPrefix}${parsed.name}`.startsWith(prefix);
    });
    for (let at = 0; at < found.length; at += chunk)
      await this.#run(resetScript, [budgetKeys.used, budgetKeys.absent], found.slice(at, at + chunk));
    return found.length;
  }

  /** What other processes have leased of a budget. */
  async leases(budget: string): Promise<Hold[]> {
    const reply = (await this.#send(['ZRANGE', budgetKeys.leases, '0', '-1', 'WITHSCORES'])) as string[];
    const holds: Hold[] = [];
    for (let at = 0; at < reply.length; at += 2) {
      const owner = reply[at]!;
      if (owner.startsWith(`${this.#options.process}:`)) continue;
      for (const [field, value] of await this.#all(budgetKeys.owner(owner))) {
        const [name, unit, group] = partsOf(parseField(field)?.name ?? '');
        if (name !== budget) continue;
        const amount = Number(value.slice(0, value.indexOf(':')));
        holds.push({
          id: `lease:${owner}`,
          budget,
          group,
          unit,
          amount,
          leaseUntilMs: Number(reply[at + 1]),
        });
      }
    }
    return holds;
  }

  /** After the threads ended. */
  async close(): Promise<void> {
    await this.#running;
    try {
      await this.#register();
      await this.#returnLeases(true);
    } catch {
      // The next run does it; until then the leases end by themselves.
    }
    this.#options.connection.close();
  }

  async #beat(): Promise<void> {
    const { process, newGeneration } = this.#options;
    const keys = [budgetKeys.used, budgetKeys.held, budgetKeys.leases, budgetKeys.absent];
    const settling = String(this.#options.settlingMs ?? settlingMs);
    const args = [newGeneration(), settling];
    const reply = await runScript(this.#options.connection, beatScript, keys, args, [unknownScript]);
    const [generation, ended, absent, openInMs] = reply as BeatReply;
    for (let at = 0; at < ended.length; at += 2)
      this.#options.log.warn({ owner: ended[at], charged: ended[at + 1] }, 'a lease ended without its owner');
    await this.#absent.see(absent);
    if (generation !== this.#generation) {
      if (this.#generation !== '') this.#options.log.warn({ generation }, 'shared budgets lost their data');
      this.#generation = generation;
      this.#isRegistered = false;
    }
    this.#isAway = false;
    if (!this.#isRegistered) {
      // That this server is new was found out by the beat: the threads need not find it out once more, minutes later.
      await this.#send(['SCRIPT', 'LOAD', syncScript.text]);
      await this.#register();
      await this.#returnLeases(false);
      this.#isRegistered = true;
    }
    this.#openInMs = openInMs;
    if (this.#beats >= this.#rememberAt) {
      const fields = await this.#remember(process);
      this.#rememberAt = this.#beats + Math.max(rememberEvery, Math.ceil(fields / fieldsPerBeat));
    }
    if (++this.#beats % cleanEvery !== 0) return;
    await this.#clean();
    // What a repair added to this machine's counters is told too.
    await this.#register();
  }

  async #register(): Promise<void> {
    const own = this.#options.counters.list(usedPrefix).map((counter): [string, string] => {
      const name = counter.key.slice(usedPrefix.length);
      return [usedField(name, counter.windowStart, counter.windowSeconds), String(counter.value)];
    });
    await this.#registerFor(this.#options.process, own);
    for (const [process, totals] of this.#others) await this.#registerFor(process, totals);
  }

  async #registerFor(process: string, totals: readonly [string, string][]): Promise<void> {
    const keys = [budgetKeys.used, budgetKeys.held, budgetKeys.charged(process), budgetKeys.processes];
    for (let at = 0; at < totals.length || at === 0; at += chunk)
      await this.#run(registerScript, keys, [process, ...totals.slice(at, at + chunk).flat()]);
  }

  async #returnLeases(ofThisRunToo: boolean): Promise<void> {
    const { process, run } = this.#options;
    const owners = (await this.#send(['SMEMBERS', budgetKeys.owners(process)])) as string[];
    for (const owner of owners) {
      if (!ofThisRunToo && owner.startsWith(ownerName(process, run, ''))) continue;
      const keys = [budgetKeys.used, budgetKeys.held, budgetKeys.leases, budgetKeys.owner(owner)];
      await this.#run(returnScript, keys, [owner]);
      await this.#send(['SREM', budgetKeys.owners(process), owner]);
    }
  }

  /** How many counters it was. */
  async #remember(own: string): Promise<number> {
    let fields = 0;
    const processes = (await this.#send(['SMEMBERS', budgetKeys.processes])) as string[];
    for (const process of processes) {
      if (process === own) continue;
      const totals = await this.#all(budgetKeys.charged(process));
      fields += totals.length;
      if (totals.length > 0) this.#others.set(process, totals);
      else {
        // Forgotten since, see `forgetSeconds`.
        this.#others.delete(process);
        await this.#send(['SREM', budgetKeys.processes, process]);
      }
    }
    return fields;
  }

  async #clean(): Promise<void> {
    for (const key of [budgetKeys.used, budgetKeys.held, budgetKeys.charged(this.#options.process)]) {
      const ended = (await this.#all(key)).filter(([field, value]) => this.#isOver(field, Number(value)));
      for (let at = 0; at < ended.length; at += chunk)
        await this.#send(['HDEL', key, ...ended.slice(at, at + chunk).map(([field]) => field)]);
    }
  }

  #isOver(field: string, value: number): boolean {
    const parsed = parseField(field);
    if (parsed === undefined) return false;
    const { windowStart, keepSeconds } = parsed;
    if (windowStart === undefined) return value === 0;
    const keptSeconds = Math.max(graceSeconds, keptAfterSeconds(keepSeconds));
    return windowStart + keepSeconds + keptSeconds < this.#options.nowSeconds();
  }

  async #read(): Promise<CounterValue[]> {
    const [used, held] = await Promise.all([this.#all(budgetKeys.used), this.#all(budgetKeys.held)]);
    return figuresOf(used, held, this.#options.nowSeconds());
  }

  async #all(key: string): Promise<[string, string][]> {
    const reply = (await this.#send(['HGETALL', key])) as string[];
    const pairs: [string, string][] = [];
    for (let at = 0; at + 1 < reply.length; at += 2) pairs.push([reply[at]!, reply[at + 1]!]);
    return pairs;
  }

  #send(command: readonly string[]) {
    return this.#options.connection.send(command);
  }

  #run(script: Parameters<typeof runScript>[1], keys: readonly string[], args: readonly string[]) {
    return runScript(this.#options.connection, script, keys, args);
  }
}

/** Values of groups may hold the separator; names of budgets and units never do. */
function partsOf(name: string): [budget: string, unit: BudgetUnit, group: string] {
  const [budget = '', unit = '', ...group] = name.split('|');
  return [budget, unit as BudgetUnit, group.join('|')];
}
