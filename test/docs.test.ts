/** What the documentation shows is what the gateway takes: every manifest is admitted, every refusal is listed. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse, parseAllDocuments } from 'yaml';
import { errorTable } from '../src/core/errors.ts';
import { allKinds } from '../src/core/resources/kinds.ts';
import type { KubeObject } from '../src/core/resources/object.ts';
import { admit } from '../src/core/resources/validate.ts';
import { convertStandalone } from '../src/core/standalone/convert.ts';

const root = join(import.meta.dirname, '..');
const pages = ['README.md', ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })]
  .filter((name) => name.endsWith('.md'))
  .map((name) => (name === 'README.md' ? name : join('docs', name)));

function manifestsIn(markdown: string): KubeObject[] {
  const blocks = [...markdown.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1]!);
  return blocks
    .flatMap((block) => [...parseAllDocuments(block)].map((document) => document.toJS() as KubeObject))
    .filter((object) => object?.apiVersion !== undefined && object.kind !== undefined);
}

function faultsOf(object: KubeObject): string[] {
  const kind = allKinds.find(
    (k) =>
      k.kind === object.kind &&
      object.apiVersion === (k.group === '' ? k.version : `${k.group}/${k.version}`),
  );
  if (kind === undefined) return [`no kind ${object.apiVersion} ${object.kind}`];
  const { strictErrors, causes } = admit(kind, object);
  return [...strictErrors, ...causes.map(({ field, message }) => `${field}: ${message}`)];
}

test('every manifest in the documentation is admitted', () => {
  const manifests = pages.flatMap((page) =>
    manifestsIn(readFileSync(join(root, page), 'utf8')).map((object) => ({ page, object })),
  );
  assert.ok(manifests.length >= 4);
  for (const { page, object } of manifests)
    assert.deepEqual(faultsOf(object), [], `${page}: ${object.kind} ${object.metadata.name}`);
});

test('the standalone configuration in the documentation is taken as it stands', () => {
  const page = readFileSync(join(root, 'docs/standalone.md'), 'utf8');
  const [block] = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1]!);
  const { faults, objects } = convertStandalone(parse(block!), {
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
    env: (name) => `value of ${name}`,
    readFile: () => '',
  });
  assert.deepEqual(faults, []);
  assert.ok(objects.length >= 7);
});

test('a wrong manifest would be found', () => {
  const [object] = manifestsIn(
    '```yaml\napiVersion: tollgate.dev/v1alpha1\nkind: Budget\nmetadata: {name: x}\nspec: {limit: {usd: 5, token: 1}}\n```',
  );
  assert.ok(faultsOf(object!).length >= 2);
});

test('the table of refusals lists every code with its status', () => {
  const text = readFileSync(join(root, 'docs/reference/refusals.md'), 'utf8');
  const rows = [...text.matchAll(/^\| `(\w+)` \| (\d+|as the policy says) \|/gm)].map(([, code, status]) => [
    code,
    status,
  ]);
  const wanted = Object.entries(errorTable).map(([code, { status }]) => [
    code,
    code === 'direct_response' ? 'as the policy says' : String(status),
  ]);
  assert.deepEqual(rows.sort(), wanted.sort());
});
