/** `/resources:apply`: YAML of any kind, checked as kubectl's is; nothing is written unless all of it can be. */
import { isDeepStrictEqual } from 'node:util';
import { budgetFaults } from '../core/config/budgets.ts';
import type { KubeObject, ObjectRef } from '../core/resources/object.ts';
import { flag, list, mapOf, record, required, text } from '../core/resources/schema-builders.ts';
import { lineDiff } from '../core/text/line-diff.ts';
import { ResourceRefused } from '../storage/resource-access.ts';
import type { AdminContext } from './context.ts';
import { editable, withHiddenValues } from './hidden-values.ts';
import { badField, Problem, problemOf, shortened } from './problem.ts';
import { kindOf, objectsOf } from './resource-documents.ts';
import type { Call, Route } from './route.ts';

interface Result {
  kind: string;
  namespace?: string;
  name: string;
  action: 'created' | 'configured' | 'unchanged' | 'refused';
  version?: string;
  diff?: string;
  error?: string;
}

interface Planned {
  result: Result;
  write?: () => Promise<KubeObject>;
}

const resultSchema = record('What became, or would become, of one object.', {
  kind: required(text('Kind.')),
  namespace: text('Namespace.'),
  name: required(text('Name.')),
  action: required(text('Outcome.', { enum: ['created', 'configured', 'unchanged', 'refused'] })),
  version: text('Of the object that is there; for `expect`.'),
  diff: text('Lines with `+` and `-`; secrets are `(hidden)`.'),
  error: text('Why it is refused, the field first.'),
});

export const applyRoute: Route = {
  method: 'POST',
  path: '/resources:apply',
  access: 'admin',
  summary: 'Replace or create objects from YAML; all are checked before any is written',
  body: record('Objects.', {
    yaml: required(
      text('Documents, `---` between. `(hidden)` stands for the value that is there.', { minLength: 1 }),
    ),
    dryRun: flag('Find out what would happen; nothing is written.'),
    expect: mapOf(
      '`Kind/namespace/name` → version that the preview was made against: another one is then refused.',
      text('Version.'),
    ),
  }),
  answer: {
    status: 200,
    description: 'Outcomes',
    schema: record('Outcomes.', {
      applied: required(flag('False: a dry run, or one is refused and so nothing was written.')),
      results: required(list('In the order of the documents.', resultSchema)),
    }),
  },
  serve: applyObjects,
};

async function applyObjects(call: Call) {
  const { context } = call;
  const {
    yaml,
    dryRun = false,
    expect = {},
  } = call.body as {
    yaml: string;
    dryRun?: boolean;
    expect?: Record<string, string>;
  };
  const { stringify } = await import('yaml');
  const asYaml = (object: KubeObject) => stringify(editable(object), { lineWidth: 0 });
  const planned: Planned[] = [];
  for (const object of await objectsOf(yaml)) planned.push(await plan(context, object, expect, asYaml));
  const results = planned.map(({ result }) => result);
  const applied = !dryRun && results.every(({ action }) => action !== 'refused');
  if (applied) {
    for (const { result, write } of planned) {
      if (result.action === 'unchanged') continue;
      await write?.();
      call.audit('resources.apply', idOf(result));
    }
    await context.settled();
  }
  return { status: 200, json: { applied, results } };
}

/** Finds out by a dry run of the store what the object would become. */
async function plan(
  context: AdminContext,
  given: KubeObject,
  expect: Readonly<Record<string, string>>,
  asYaml: (object: KubeObject) => string,
): Promise<Planned> {
  const { namespace, name } = given.metadata;
  const { group } = kindOf(given.apiVersion, given.kind)!;
  const ref: ObjectRef = { group, kind: given.kind, ...(namespace === undefined ? {} : { namespace }), name };
  const live = context.resources.get(ref);
  const what = { kind: given.kind, ...(namespace === undefined ? {} : { namespace }), name };
  const version = live === undefined ? '' : versionOf(live);
  try {
    const expected = expect[idOf(what)];
    if (expected !== undefined && expected !== version)
      throw new Problem(409, 'conflict', 'was changed since the preview: look at the difference again');
    const object = wanted(given, live);
    const write = (isDry: boolean) =>
      live === undefined
        ? context.resources.create(object, { dryRun: isDry })
        : context.resources.update(object, { dryRun: isDry });
    const outcome = await write(true);
    refuseFaults(outcome);
    const action = live === undefined ? 'created' : sameContent(live, outcome) ? 'unchanged' : 'configured';
    const diff = lineDiff(live === undefined ? '' : asYaml(live), asYaml(outcome)) || hiddenChange(action);
    return {
      result: { ...what, action, version, ...(diff === '' ? {} : { diff }) },
      write: () => write(false),
    };
  } catch (error) {
    if (!(error instanceof Problem || error instanceof ResourceRefused)) throw error;
    return { result: { ...what, action: 'refused', version, error: messageOf(error) } };
  }
}

/** Status and what the server writes stay; kubectl's annotation too, so that a later `kubectl apply` knows its own fields. */
function wanted(given: KubeObject, live: KubeObject | undefined): KubeObject {
  const { status: _, ...rest } = withHiddenValues(given, live);
  const { name, namespace, labels, annotations } = given.metadata;
  const applied = 'kubectl.kubernetes.io/last-applied-configuration';
  const kept = live?.metadata.annotations?.[applied];
  const { finalizers, ownerReferences } = live?.metadata ?? {};
  return {
    ...rest,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(finalizers && { finalizers }),
      ...(ownerReferences && { ownerReferences }),
      labels: labels ?? {},
      annotations: { ...annotations, ...(kept === undefined ? {} : { [applied]: kept }) },
    },
  } as KubeObject;
}

/** kubectl may write it and read in its status why every call is refused; here nobody should get that far. */
function refuseFaults(object: KubeObject): void {
  if (object.kind !== 'Budget') return;
  const [fault] = budgetFaults(object);
  if (fault !== undefined) throw badField('spec', fault);
}

/** Moves with what people write, not with what the gateway writes into the status. */
export const versionOf = ({ metadata }: KubeObject): string =>
  metadata.generation === undefined ? `v${metadata.resourceVersion ?? ''}` : `g${metadata.generation}`;

function sameContent(live: KubeObject, outcome: KubeObject): boolean {
  const content = ({ metadata: { labels = {}, annotations = {} }, status: _, ...rest }: KubeObject) => ({
    ...rest,
    labels,
    annotations,
  });
  return isDeepStrictEqual(content(live), content(outcome));
}

const hiddenChange = (action: Result['action']) => (action === 'configured' ? '± a hidden value\n' : '');

const idOf = ({ kind, namespace, name }: Pick<Result, 'kind' | 'namespace' | 'name'>) =>
  namespace === undefined ? `${kind}/${name}` : `${kind}/${namespace}/${name}`;

function messageOf(error: Problem | ResourceRefused): string {
  if (error instanceof ResourceRefused && error.causes.length > 0)
    return error.causes
      .slice(0, 10)
      .map(({ field, message }) => shortened(`${field}: ${message}`))
      .join('\n');
  const { field, message } = error instanceof ResourceRefused ? problemOf(error) : error;
  return shortened(field === undefined ? message : `${field}: ${message}`);
}
