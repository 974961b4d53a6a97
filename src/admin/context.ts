/** What the admin API works with: all of it handed in, so that it knows no other edge. */
import type { Budget } from '../core/budget/model.ts';
import type { CompileSettings } from '../core/config/consequences.ts';
import type { Backend, Bind, KeySet, SharedKey } from '../core/config/snapshot.ts';
import type { OidcSettings } from '../core/login/oidc-settings.ts';
import type { PriceSource } from '../core/pricing/catalog.ts';
import type { PriceCatalog } from '../core/pricing/prices.ts';
import type { RequestRecord } from '../core/record.ts';
import type { KubeObject } from '../core/resources/object.ts';
import type { Holds } from '../storage/accounts.ts';
import type { AuditLog } from '../storage/audit-log.ts';
import type { ContentDesk } from '../storage/content.ts';
import type { CounterStore } from '../storage/counters.ts';
import type { DriftCheck } from '../storage/drift.ts';
import type { LedgerStore } from '../storage/ledger.ts';
import type { PassDesk } from '../storage/passes.ts';
import type { ResourceAccess } from '../storage/resource-access.ts';
import type { Retention } from '../storage/retention.ts';
import type { Users } from '../storage/users.ts';
import type { Webhooks } from '../storage/webhooks.ts';
import { Problem } from './problem.ts';

/** What the data path enforces now. */
export interface InForce {
  /** Those of VirtualKeys are empty: `findKey` finds their keys. */
  keySets: Readonly<Record<string, KeySet>>;
  /** The VirtualKey in force with this value, today's or that before its rotation. `sha256` in lower-case hex. */
  findKey(sha256: string): SharedKey | undefined;
  budgets: readonly Budget[];
  binds: readonly Bind[];
  backends: Readonly<Record<string, Backend>>;
  /** Ports of `binds` that are really ours: another program may have one. */
  served: ReadonlySet<number>;
}

export interface TeamContext {
  /** All of it: to find out whether something exists at all. */
  whole: AdminContext;
  /** The object as the team may write it; throws `ResourceRefused` where it is not the team's. */
  own(object: KubeObject): KubeObject;
}

export interface AdminContext {
  /** Of a team's context (`team-scope.ts`). */
  team?: TeamContext;
  resources: ResourceAccess;
  counters: CounterStore;
  holds: Holds;
  /** Absent: reports answer 503. */
  ledger?: LedgerStore;
  /** Absent: drift is not looked for. */
  drift?: DriftCheck;
  /** How calls are made in the name of a key; absent: they are not. */
  passes?: PassDesk;
  /** What configurations are compiled with, to find out what another one would be; absent: that is not told. */
  compile?: CompileSettings;
  /** Address at which the data path's ports are reached. */
  gatewayHost: string;
  /** What was said in recorded calls; absent: nothing is recorded. */
  contents?: ContentDesk;
  /** Absent where there is no ledger. */
  retention?: Retention;
  /** Absent: budgets' alerts are sent nowhere. */
  webhooks?: Webhooks;
  /** Absent: changes are only logged. */
  auditLog?: AuditLog;
  /** Who log in with a password. */
  users: Users;
  /** Where gateways count failed logins together; absent: each for itself. */
  loginFailures?: Pick<CounterStore, 'add'>;
  /** Absent: nobody logs in by OpenID Connect. */
  oidc?: OidcSettings;
  /** 32 bytes that gateways which are one for people share; absent: one of this process. */
  loginKey?: Uint8Array;
  /** Where browsers find the console, when not at its own address: `https://gateway.example.com`. */
  consoleUrl?: string;
  prices(): PriceCatalog;
  /** What `prices` is made of, in the order in which they are laid over each other. */
  priceSources(): readonly PriceSource[];
  inForce(): InForce;
  /** Resolves when every change so far is in force, so that an answer is true when it arrives. */
  settled(): Promise<void>;
  /** Calls back for every finished call, from now on. Returns the unsubscribe function. */
  onRecord(listener: (record: RequestRecord) => void): () => void;
  nowMs(): number;
  randomBytes(count: number): Uint8Array;
  log: { info(fields: object, message: string): void; error(fields: object, message: string): void };
}

export function ledgerOf({ ledger }: AdminContext): LedgerStore {
  if (ledger === undefined) throw new Problem(503, 'no_ledger', 'this gateway keeps no ledger');
  return ledger;
}
