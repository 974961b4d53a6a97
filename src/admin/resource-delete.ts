/** `DELETE /resources/{kind}/{namespace}/{name}`: what would become of everything else, and then deleting it. */
import { consequencesWithout } from '../core/config/consequences.ts';
import type { ObjectRef } from '../core/resources/object.ts';
import { flag, list, record, required, text } from '../core/resources/schema-builders.ts';
import { versionOf } from './apply.ts';
import type { AdminContext } from './context.ts';
import { keysWithout } from './keys-without.ts';
import { notFound, Problem } from './problem.ts';
import { kindsToEdit } from './resource-text.ts';
import type { Call, Route } from './route.ts';

const consequenceSchema = record('What would be otherwise.', {
  effect: required(
    text('What happens.', {
      enum: [
        'port-closes',
        'not-routed',
        'refuses',
        'asks-no-key',
        'allows-more',
        'limits-less',
        'guards-nothing',
        'key-stops',
        'budget-ends',
        'not-in-force',
      ],
    }),
  ),
  kind: required(text('Of what it happens to.')),
  name: required(text('`namespace/name`; of a key in a Secret its entry too.')),
  detail: text('The port, the Gateway, the policy, or why.'),
});

export const resourceDeleteRoute: Route = {
  method: 'DELETE',
  path: '/resources/{kind}/{namespace}/{name}',
  access: 'admin',
  summary: 'Delete an object; a dry run tells the consequences',
  query: {
    dryRun: text('`true`: nothing is deleted.', { enum: ['true', 'false'] }),
    expect: text('Version that the consequences were told of: another one is refused (409).'),
  },
  answer: {
    status: 200,
    description: 'What became, or would become, of it',
    schema: record('Consequences.', {
      deleted: required(flag('False: a dry run, or something holds it still.')),
      version: required(text('Of the object; for `expect`.')),
      consequences: required(
        list('Found by compiling the configuration without it; 200 at most.', consequenceSchema),
      ),
      heldBy: list('Finalizers: it is deleted when they are gone.', text('Finalizer.')),
    }),
  },
  serve: deleteObject,
};

async function deleteObject(call: Call) {
  const { context, path, query } = call;
  const ref = refIn(path);
  const live = ref && context.resources.get(ref);
  if (ref === undefined || live === undefined) throw notFound('such object');
  const version = versionOf(live);
  const expected = query.get('expect');
  if (expected !== null && expected !== version)
    throw new Problem(409, 'conflict', 'was changed since: look at the consequences again');
  const consequences = consequencesOf(context, ref);
  const heldBy = live.metadata.finalizers ?? [];
  const told = { version, consequences, ...(heldBy.length === 0 ? {} : { heldBy }) };
  if (query.get('dryRun') === 'true') return { status: 200, json: { deleted: false, ...told } };
  await context.resources.delete(ref);
  call.audit('resources.delete', `${ref.kind}/${ref.namespace}/${ref.name}`);
  await context.settled();
  return { status: 200, json: { deleted: context.resources.get(ref) === undefined, ...told } };
}

function refIn({ kind: wanted, namespace = '', name = '' }: Call['path']): ObjectRef | undefined {
  const kind = kindsToEdit.find((one) => one.kind === wanted);
  return kind && { group: kind.group, kind: kind.kind, namespace, name };
}

function consequencesOf(context: AdminContext, ref: ObjectRef) {
  const { resources, compile, nowMs } = context;
  if (compile === undefined) return [];
  const nowRfc3339 = `${new Date(nowMs()).toISOString().slice(0, 19)}Z`;
  return consequencesWithout(resources, ref, { ...compile, nowRfc3339 }, keysWithout(context, ref, compile));
}
