/** `/retention`: how long calls, and what was said in them, are kept, how much there is, and what another number of days would delete. */
import { contentRetentionKey, retentionKey, retentionLabel } from '../core/config/retention.ts';
import type { KubeObject } from '../core/resources/object.ts';
import { flag, record, required, text, whole } from '../core/resources/schema-builders.ts';
import type { ContentExtent } from '../storage/content.ts';
import type { LedgerStore } from '../storage/ledger.ts';
import type { Retention } from '../storage/retention.ts';
import { contentsOf } from './call-content.ts';
import { type AdminContext, ledgerOf } from './context.ts';
import { defaultNamespace } from './key-object.ts';
import { Problem } from './problem.ts';
import type { Call, Route } from './route.ts';

const ownName = 'tollgate-retention';
const dayMs = 86_400_000;
const mostDays = 36_500;
const moment = (description: string) => text(description, { format: 'date-time' });

const common = {
  days: whole('Absent: for good.'),
  setBy: required(
    text(
      '`flag`: where the gateway is started. `configMap`: by kubectl or here. `ledger`: it is the calls’ own, they are kept no longer.',
      { enum: ['flag', 'configMap', 'nothing', 'default', 'ledger'] },
    ),
  ),
  configMap: text('`namespace/name` of the one that is read.'),
  fault: text('What is wrong with it: then nothing is deleted.'),
  editable: required(flag('Whether it can be changed here.')),
  bytes: required(whole('That they take in their store.')),
  oldest: moment('When the oldest call began.'),
  lastCleaning: record('The last time, since the gateway started.', {
    at: required(moment('When.')),
    dropped: required(whole('So many were deleted.')),
  }),
  nextCleaning: moment('Absent: nothing is deleted.'),
  wouldDelete: whole('Older than the days that were asked for.'),
};

const schema = record('How long calls are kept, and how much there is.', {
  ...common,
  calls: required(whole('In the ledger.')),
  contents: record('The same of what was said in calls; absent where nothing is recorded.', {
    ...common,
    calls: required(whole('Calls whose prompt or answer is there.')),
  }),
});

const daysOf = (description: string) => whole(description, { minimum: 1, maximum: mostDays });

export const retentionRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/retention',
    access: 'viewer',
    summary: 'How long calls are kept, and how much there is',
    query: {
      days: daysOf('Count the calls that so many days would delete.'),
      contentDays: daysOf('Count the recorded contents that so many days would delete.'),
    },
    answer: { status: 200, description: 'Retention', schema },
    serve: async ({ context, query }) => ({
      status: 200,
      json: await shown(context, asked(query.get('days')), asked(query.get('contentDays'))),
    }),
  },
  {
    method: 'PUT',
    path: '/retention',
    access: 'admin',
    summary:
      'Keep calls, or what was said in them, so many days from the next cleaning on; writes the ConfigMap that kubectl may write too',
    body: record('How long.', {
      days: whole('Calls; null: for good.', { minimum: 1, maximum: mostDays, nullable: true }),
      contentDays: whole('What was said; null: the default.', {
        minimum: 1,
        maximum: mostDays,
        nullable: true,
      }),
    }),
    answer: { status: 200, description: 'In force', schema },
    serve: change,
  },
];

async function shown(context: AdminContext, days?: number, contentDays?: number): Promise<object> {
  const ledger = ledgerOf(context);
  const retention = retentionIn(context);
  const before = (given: number | undefined) => beforeOf(context, given);
  const { contents } = context;
  return {
    ...settingOf(retention),
    ...found(await ledger.extent()),
    calls: await callsIn(ledger),
    ...(days !== undefined && { wouldDelete: await callsIn(ledger, before(days)) }),
    ...(contents && {
      contents: contentsShown(await contents.extent(before(contentDays)), contents.retention),
    }),
  };
}

const asked = (text: string | null) => (text === null ? undefined : Number(text));
const iso = (ms: number) => new Date(ms).toISOString();

function beforeOf(context: AdminContext, days: number | undefined): number | undefined {
  return days === undefined ? undefined : context.nowMs() - days * dayMs;
}

function settingOf(retention: Retention): object {
  const { lastRun, nextRunAtMs, ...setting } = retention.status();
  return {
    ...setting,
    editable: setting.setBy !== 'flag',
    ...(lastRun && { lastCleaning: { at: iso(lastRun.atMs), dropped: lastRun.dropped } }),
    ...(nextRunAtMs !== undefined && { nextCleaning: iso(nextRunAtMs) }),
  };
}

function found({ bytes, oldestMs }: { bytes: number; oldestMs?: number }): object {
  return { bytes, ...(oldestMs !== undefined && { oldest: iso(oldestMs) }) };
}

function contentsShown({ contents, older, ...extent }: ContentExtent, retention: Retention): object {
  return {
    ...settingOf(retention),
    ...found(extent),
    calls: contents,
    ...(older !== undefined && { wouldDelete: older }),
  };
}

async function callsIn(ledger: LedgerStore, toMs?: number): Promise<number> {
  const [row] = await ledger.usage(toMs === undefined ? {} : { toMs }, { groupBy: [] });
  return row?.requests ?? 0;
}

async function change(call: Call) {
  const { context, body } = call;
  const { days, contentDays } = body as { days?: number | null; contentDays?: number | null };
  if (days === undefined && contentDays === undefined)
    throw new Problem(422, 'invalid', 'give days, contentDays or both', 'days');
  if (days !== undefined) refuseFixed(retentionIn(context), '--ledger-days');
  if (contentDays !== undefined) refuseFixed(contentsOf(context).retention, '--content-days');
  // Of whatever is set by a flag no ConfigMap is told.
  const configMap = retentionIn(context).status().configMap ?? context.contents?.retention.status().configMap;
  const [namespace = defaultNamespace(context), name = ownName] = configMap?.split('/') ?? [];
  const live = context.resources.get({ group: '', kind: 'ConfigMap', namespace, name });
  const data = { ...(live?.['data'] as Record<string, string> | undefined) };
  for (const [key, given] of Object.entries({ [retentionKey]: days, [contentRetentionKey]: contentDays })) {
    if (given === null) delete data[key];
    else if (given !== undefined) data[key] = String(given);
  }
  const object: KubeObject = live ?? { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name } };
  const labels = { ...object.metadata.labels, [retentionLabel]: 'true' };
  const next = { ...object, metadata: { ...object.metadata, labels }, data };
  if (live === undefined) await context.resources.create(next);
  else await context.resources.update(next);
  call.audit('retention.change', `ConfigMap/${namespace}/${name}`);
  await context.settled();
  return { status: 200, json: await shown(context) };
}

function refuseFixed(retention: Retention, option: string): void {
  if (retention.status().setBy !== 'flag') return;
  const message = `it is set where the gateway is started (${option}): leave that out to change it here`;
  throw new Problem(409, 'fixed', message);
}

function retentionIn({ retention }: AdminContext): Retention {
  if (retention === undefined) throw new Problem(503, 'no_ledger', 'this gateway keeps no ledger');
  return retention;
}
