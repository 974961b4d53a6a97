/** `/keys:import`: many keys at once, each with its own outcome. */
import { nameOf } from '../core/config/objects.ts';
import type { KubeObject } from '../core/resources/object.ts';
import { flag, list, open, record, required, text, whole } from '../core/resources/schema-builders.ts';
import { ResourceRefused } from '../storage/resource-access.ts';
import type { AdminContext } from './context.ts';
import { keyFieldOf, type NewKey, newKeyObject, refuseKnownHash } from './key-object.ts';
import { newKeySchema } from './key-schemas.ts';
import { Problem, problemOf } from './problem.ts';
import { checkedBody } from './read-body.ts';
import type { Call, Route } from './route.ts';

interface Outcome {
  index: number;
  name: string;
  ok: boolean;
  error?: string;
  value?: string;
}

export const keyImportRoute: Route = {
  method: 'POST',
  path: '/keys:import',
  access: 'team-change',
  summary: 'Create or import many keys; what is wrong with one does not keep out the others',
  body: record('Keys.', {
    keys: required(
      list('As `POST /keys` takes them.', open('A key to create.'), { minItems: 1, maxItems: 1_000 }),
    ),
    dryRun: flag('Find out what would happen; nothing is written, no values are made.'),
  }),
  answer: {
    status: 200,
    description: 'What became of each',
    schema: record('Outcomes.', {
      results: required(
        list(
          'In the order of the keys.',
          record('One outcome.', {
            index: required(whole('From 0.')),
            name: required(text('Its name, as given.')),
            ok: required(flag('Whether it is (or would be) there.')),
            error: text('Why not, the field first.'),
            value: text('Shown this once, of keys without value and keyHash.'),
          }),
        ),
      ),
    }),
  },
  serve: importKeys,
};

interface Prepared {
  name: string;
  object: KubeObject;
  /** That was made for it. */
  value?: string;
}

async function importKeys(call: Call) {
  const { context } = call;
  const { keys, dryRun = false } = call.body as { keys: Record<string, unknown>[]; dryRun?: boolean };
  const tried = new Map<string, string>();
  const prepared = keys.map((key) => prepare(context, key, tried));
  const objects = prepared.flatMap((one) => (one instanceof NotPrepared ? [] : one.object));
  const stored = dryRun ? await tryAll(context, objects) : await context.resources.createAll(objects);
  const results = prepared.map((one, index): Outcome => {
    const error = one instanceof NotPrepared ? one.error : stored.shift();
    const outcome = { index, name: one.name };
    if (error instanceof Error) return { ...outcome, ok: false, error: messageOf(error, context.log) };
    const value = one instanceof NotPrepared || dryRun ? undefined : one.value;
    return { ...outcome, ok: true, ...(value === undefined ? {} : { value }) };
  });
  if (!dryRun) {
    call.audit('keys.import', 'VirtualKey', {
      created: results.filter(({ ok }) => ok).map(({ name }) => name),
      refused: results.filter(({ ok }) => !ok).length,
    });
    await context.settled();
  }
  return { status: 200, json: { results } };
}

class NotPrepared {
  readonly name: string;
  readonly error: Error;

  constructor(name: string, error: unknown) {
    this.name = name;
    this.error = error instanceof Error ? error : new Error(String(error));
  }
}

/** `tried` learns the key's hash: no value may come twice. */
function prepare(
  context: AdminContext,
  given: Record<string, unknown>,
  tried: Map<string, string>,
): Prepared | NotPrepared {
  const name = typeof given['name'] === 'string' ? given['name'].slice(0, 253) : '';
  try {
    const input = checkedBody(given, newKeySchema) as NewKey;
    const { object, value } = newKeyObject(context, input);
    refuseKnownHash(context, tried, object.spec, input.keyHash === undefined ? 'value' : 'keyHash');
    tried.set(object.spec.keyHash!.slice('sha256:'.length), `VirtualKey/${nameOf(object)}`);
    return { name, object, ...(value === undefined ? {} : { value }) };
  } catch (error) {
    return new NotPrepared(name, error);
  }
}

/** A dry run writes nothing that the second of a name could meet. */
async function tryAll(
  { resources }: AdminContext,
  objects: readonly KubeObject[],
): Promise<(KubeObject | Error)[]> {
  const names = new Set<string>();
  const outcomes: (KubeObject | Error)[] = [];
  for (const object of objects) {
    const outcome = await resources.create(object, { dryRun: true }).catch((error: Error) => error);
    const isTaken = !(outcome instanceof Error) && names.has(nameOf(object));
    names.add(nameOf(object));
    outcomes.push(isTaken ? new Problem(409, 'exists', 'this name is taken', 'name') : outcome);
  }
  return outcomes;
}

function messageOf(error: unknown, log: Call['context']['log']): string {
  const problem = error instanceof ResourceRefused ? problemOf(error, keyFieldOf) : error;
  if (problem instanceof Problem)
    return problem.field === undefined ? problem.message : `${problem.field}: ${problem.message}`;
  log.error({ error: error instanceof Error ? error.stack : String(error) }, 'a key could not be imported');
  return 'something went wrong here; the log says what';
}
