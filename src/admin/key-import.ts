/** `/keys:import`: many keys at once, each with its own outcome. */
import { flag, list, open, record, required, text, whole } from '../core/resources/schema-builders.ts';
import { ResourceRefused } from '../storage/resource-access.ts';
import type { NewKey } from './key-object.ts';
import { newKeySchema } from './key-schemas.ts';
import { createOne } from './keys.ts';
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

async function importKeys(call: Call) {
  const { context } = call;
  const { keys, dryRun = false } = call.body as { keys: Record<string, unknown>[]; dryRun?: boolean };
  const tried = new Map<string, string>();
  const names = new Set<string>();
  const results: Outcome[] = [];
  for (const [index, key] of keys.entries())
    results.push(await importOne(call, index, key, tried, names, dryRun));
  if (!dryRun) {
    call.audit('keys.import', 'VirtualKey', {
      created: results.filter(({ ok }) => ok).map(({ name }) => name),
      refused: results.filter(({ ok }) => !ok).length,
    });
    await context.settled();
  }
  return { status: 200, json: { results } };
}

/** Never throws: the values of those before are in the answer and nowhere else. */
async function importOne(
  { context }: Call,
  index: number,
  given: Record<string, unknown>,
  tried: Map<string, string>,
  names: Set<string>,
  dryRun: boolean,
): Promise<Outcome> {
  const name = typeof given['name'] === 'string' ? given['name'].slice(0, 253) : '';
  try {
    const input = checkedBody(given, newKeySchema) as NewKey;
    const { key, value } = await createOne(context, input, tried, dryRun);
    // A dry run writes nothing that the second of a name could meet.
    if (names.has(key.id)) throw new Problem(409, 'exists', 'this name is taken', 'name');
    names.add(key.id);
    return { index, name, ok: true, ...(value === undefined || dryRun ? {} : { value }) };
  } catch (error) {
    return { index, name, ok: false, error: messageOf(error, context.log) };
  }
}

function messageOf(error: unknown, log: Call['context']['log']): string {
  const problem = error instanceof ResourceRefused ? problemOf(error) : error;
  if (problem instanceof Problem)
    return problem.field === undefined ? problem.message : `${problem.field}: ${problem.message}`;
  log.error({ error: error instanceof Error ? error.stack : String(error) }, 'a key could not be imported');
  return 'something went wrong here; the log says what';
}
