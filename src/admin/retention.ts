/** `/retention`: how long calls are kept, how much there is, and what another number of days would delete. */
import { retentionKey, retentionLabel } from '../core/config/retention.ts';
import type { KubeObject } from '../core/resources/object.ts';
import { flag, record, required, text, whole } from '../core/resources/schema-builders.ts';
import type { LedgerStore } from '../storage/ledger.ts';
import type { Retention } from '../storage/retention.ts';
import { type AdminContext, ledgerOf } from './context.ts';
import { defaultNamespace } from './key-object.ts';
import { Problem } from './problem.ts';
import type { Call, Route } from './route.ts';

const ownName = 'tollgate-retention';
const dayMs = 86_400_000;
const mostDays = 36_500;
const moment = (description: string) => text(description, { format: 'date-time' });

const schema = record('How long calls are kept, and how much there is.', {
  days: whole('Absent: for good.'),
  setBy: required(
    text('`flag`: --ledger-days, where the gateway is started. `configMap`: by kubectl or here.', {
      enum: ['flag', 'configMap', 'nothing'],
    }),
  ),
  configMap: text('`namespace/name` of the one that is read.'),
  fault: text('What is wrong with it: then nothing is deleted.'),
  editable: required(flag('Whether it can be changed here.')),
  calls: required(whole('In the ledger.')),
  bytes: required(whole('That the ledger takes in its store.')),
  oldest: moment('When the oldest call began.'),
  lastCleaning: record('The last time, since the gateway started.', {
    at: required(moment('When.')),
    dropped: required(whole('Calls deleted.')),
  }),
  nextCleaning: moment('Absent: nothing is deleted.'),
  wouldDelete: whole('Calls older than the days that were asked for.'),
});

export const retentionRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/retention',
    access: 'viewer',
    summary: 'How long calls are kept, and how much there is',
    query: { days: whole('Count what so many days would delete.', { minimum: 1, maximum: mostDays }) },
    answer: { status: 200, description: 'Retention', schema },
    serve: async ({ context, query }) => ({
      status: 200,
      json: await shown(context, query.get('days') ?? undefined),
    }),
  },
  {
    method: 'PUT',
    path: '/retention',
    access: 'admin',
    summary:
      'Keep calls so many days from the next cleaning on; writes the ConfigMap that kubectl may write too',
    body: record('How long.', {
      days: required(whole('null: for good.', { minimum: 1, maximum: mostDays, nullable: true })),
    }),
    answer: { status: 200, description: 'In force', schema },
    serve: change,
  },
];

async function shown(context: AdminContext, days?: string): Promise<object> {
  const ledger = ledgerOf(context);
  const { lastRun, nextRunAtMs, ...setting } = retentionIn(context).status();
  const { oldestMs, bytes } = await ledger.extent();
  const iso = (ms: number) => new Date(ms).toISOString();
  return {
    ...setting,
    editable: setting.setBy !== 'flag',
    calls: await callsIn(ledger),
    bytes,
    ...(oldestMs !== undefined && { oldest: iso(oldestMs) }),
    ...(lastRun && { lastCleaning: { at: iso(lastRun.atMs), dropped: lastRun.dropped } }),
    ...(nextRunAtMs !== undefined && { nextCleaning: iso(nextRunAtMs) }),
    ...(days !== undefined && {
      wouldDelete: await callsIn(ledger, context.nowMs() - Number(days) * dayMs),
    }),
  };
}

async function callsIn(ledger: LedgerStore, toMs?: number): Promise<number> {
  const [row] = await ledger.usage(toMs === undefined ? {} : { toMs }, { groupBy: [] });
  return row?.requests ?? 0;
}

async function change(call: Call) {
  const { context, body } = call;
  const { days } = body as { days: number | null };
  const { setBy, configMap } = retentionIn(context).status();
  if (setBy === 'flag')
    throw new Problem(
      409,
      'fixed',
      'it is set where the gateway is started (--ledger-days): leave that out to change it here',
    );
  const [namespace = defaultNamespace(context), name = ownName] = configMap?.split('/') ?? [];
  const live = context.resources.get({ group: '', kind: 'ConfigMap', namespace, name });
  const { [retentionKey]: _, ...others } = (live?.['data'] ?? {}) as Record<string, string>;
  const data = days === null ? others : { ...others, [retentionKey]: String(days) };
  const object: KubeObject = live ?? { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name } };
  const labels = { ...object.metadata.labels, [retentionLabel]: 'true' };
  const next = { ...object, metadata: { ...object.metadata, labels }, data };
  if (live === undefined) await context.resources.create(next);
  else await context.resources.update(next);
  call.audit('retention.change', `ConfigMap/${namespace}/${name}`);
  await context.settled();
  return { status: 200, json: await shown(context) };
}

function retentionIn({ retention }: AdminContext): Retention {
  if (retention === undefined) throw new Problem(503, 'no_ledger', 'this gateway keeps no ledger');
  return retention;
}
