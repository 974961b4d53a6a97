/**
 * What the owner of a team is handed instead of the whole: keys, budgets, calls and usage whose label `team` is his, to see
 * and to change. Routes work with it as with the whole, so none of them can forget to look.
 */
import type { KeyEntry } from '../core/config/snapshot.ts';
import type { RequestRecord } from '../core/record.ts';
import type { KubeObject } from '../core/resources/object.ts';
import { groupOf, refOf } from '../core/resources/object-ref.ts';
import type { KeyDirectory } from '../storage/key-directory.ts';
import type { LedgerFilter, LedgerStore } from '../storage/ledger.ts';
import { type ResourceAccess, ResourceRefused } from '../storage/resource-access.ts';
import type { AdminContext, InForce } from './context.ts';
import { tollgateGroup } from './key-view.ts';

const label = 'team';

export function scopedToTeam(team: string, { contents: _, ...whole }: AdminContext): AdminContext {
  const isOwn = (record: RequestRecord) => record.key?.labels[label] === team;
  return {
    ...whole,
    team: { whole, own: (object) => ownObject(team, object) },
    resources: ownResources(team, whole.resources),
    ...(whole.ledger === undefined ? {} : { ledger: ownLedger(team, isOwn, whole.ledger) }),
    inForce: ownInForce(team, whole),
    onRecord: (listener) =>
      whole.onRecord((record) => {
        if (isOwn(record)) listener(record);
      }),
  };
}

/** A key is its team's by its label; a budget when it selects the team's keys alone. */
function teamOf(object: KubeObject): string | undefined {
  if (object.kind === 'VirtualKey') return object.metadata.labels?.[label];
  const { selector } = (object['spec'] ?? {}) as { selector?: { matchLabels?: Record<string, string> } };
  return selector?.matchLabels?.[label];
}

const isOwnKind = (group: string, kind: string) =>
  group === tollgateGroup && (kind === 'VirtualKey' || kind === 'Budget');

function ownResources(team: string, whole: ResourceAccess): ResourceAccess {
  const get: ResourceAccess['get'] = (ref) => {
    const object = whole.get(ref);
    if (object === undefined) return undefined;
    if (isOwnKind(ref.group, ref.kind)) return teamOf(object) === team ? object : undefined;
    // When a key's Secret was made is all that is looked for there.
    const { apiVersion, kind, metadata } = object;
    const { annotations: _, managedFields: __, ...rest } = metadata;
    return { apiVersion, kind, metadata: rest };
  };
  return {
    keys: ownKeys(team, whole.keys),
    list: (group, kind) => {
      // A new key goes where the Gateways are.
      if (kind === 'Gateway') return whole.list(group, kind);
      if (!isOwnKind(group, kind)) return [];
      return keptFor(whole.list(group, kind), team, (all) => all.filter((one) => teamOf(one) === team));
    },
    get,
    create: async (object, options) => whole.create(ownObject(team, object), options),
    createAll: async (objects) => {
      const owned = objects.map((object) => refusedOr(() => ownObject(team, object)));
      const stored = await whole.createAll(
        owned.flatMap((one) => (one instanceof ResourceRefused ? [] : one)),
      );
      return owned.map((one) => (one instanceof ResourceRefused ? one : stored.shift()!));
    },
    update: async (object, options) => {
      refuseForeign(object.kind, get(refOf(object)));
      return whole.update(ownObject(team, object), options);
    },
    delete: async (ref) => {
      refuseForeign(ref.kind, isOwnKind(ref.group, ref.kind) ? get(ref) : undefined);
      return whole.delete(ref);
    },
  };
}

function ownKeys(team: string, whole: KeyDirectory): KeyDirectory {
  return {
    find: (filter, order, page) => whole.find({ ...filter, team }, order, page),
    findAfter: (filter, after, limit) => whole.findAfter({ ...filter, team }, after, limit),
    byHash: (sha256) => {
      const object = whole.byHash(sha256);
      return object !== undefined && teamOf(object) === team ? object : undefined;
    },
  };
}

/** A new key gets the team's label; one of another team, or a budget of others, is refused. */
function ownObject(team: string, object: KubeObject): KubeObject {
  const { kind, metadata } = object;
  if (!isOwnKind(groupOf(object), kind)) throw forbidden(`${kind}: not yours to write`);
  const found = teamOf(object);
  if (found === team) return object;
  if (kind === 'VirtualKey' && found === undefined)
    return { ...object, metadata: { ...metadata, labels: { ...metadata.labels, [label]: team } } };
  const field = kind === 'VirtualKey' ? 'metadata.labels.team' : 'spec.selector.matchLabels.team';
  throw forbidden(`must be "${team}": you are the owner of that team`, field);
}

function refusedOr<T>(work: () => T): T | ResourceRefused {
  try {
    return work();
  } catch (error) {
    if (error instanceof ResourceRefused) return error;
    throw error;
  }
}

function refuseForeign(kind: string, live: KubeObject | undefined): void {
  if (live === undefined) throw new ResourceRefused(404, 'NotFound', `there is no such ${kind}`);
}

function forbidden(message: string, field?: string): ResourceRefused {
  return new ResourceRefused(403, 'Forbidden', message, field === undefined ? [] : [{ field, message }]);
}

function ownLedger(team: string, isOwn: (record: RequestRecord) => boolean, whole: LedgerStore): LedgerStore {
  const own = (filter: LedgerFilter): LedgerFilter => {
    const asked = filter.labels?.[label];
    // Of another team there is nothing: no key has both.
    const none = asked !== undefined && asked !== team ? { key: '\0' } : {};
    return { ...filter, ...none, labels: { ...filter.labels, [label]: team } };
  };
  const refuse = () => {
    throw new Error('the ledger of a team is only read');
  };
  return {
    search: (filter, page) => whole.search(own(filter), page),
    usage: (filter, query) => whole.usage(own(filter), query),
    // Only keys that are the team's are asked for.
    latency: (filter) => whole.latency(own(filter)),
    labelNames: (filter) => whole.labelNames(own(filter)),
    get: async (id) => {
      const record = await whole.get(id);
      return record !== undefined && isOwn(record) ? record : undefined;
    },
    append: refuse,
    positions: refuse,
    charged: refuse,
    lastUsed: refuse,
    extent: refuse,
    prune: refuse,
    close: refuse,
  };
}

function ownInForce(team: string, { inForce }: AdminContext): () => InForce {
  return () => keptFor(inForce(), team, (whole) => ownOf(team, whole));
}

/** Of what is replaced and never changed, a team's part is found once: there may be a million keys. */
const parts = new WeakMap<object, Map<string, unknown>>();

function keptFor<Whole extends object, Part>(whole: Whole, team: string, find: (whole: Whole) => Part): Part {
  let byTeam = parts.get(whole);
  if (byTeam === undefined) {
    byTeam = new Map();
    parts.set(whole, byTeam);
  }
  if (!byTeam.has(team)) byTeam.set(team, find(whole));
  return byTeam.get(team) as Part;
}

function ownOf(team: string, { keySets, budgets, findKey, ...rest }: InForce): InForce {
  const isOwn = ({ terms, metadata }: KeyEntry) =>
    (terms === undefined ? metadata[label] : terms.labels[label]) === team;
  const sets = Object.entries(keySets).map(([name, set]) => [name, { ...set, keys: set.keys.filter(isOwn) }]);
  return {
    ...rest,
    keySets: Object.fromEntries(sets),
    findKey: (sha256) => {
      const key = findKey(sha256);
      return key !== undefined && isOwn(key) ? key : undefined;
    },
    budgets: budgets.filter(({ labels }) => labels.matchLabels?.[label] === team),
  };
}
