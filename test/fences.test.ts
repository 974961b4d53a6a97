/** The house's rules that a linter does not know, each with a fixture that breaks it. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '..');
type Files = ReadonlyMap<string, string>;

const sources: Files = new Map(
  readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `src/${name.replaceAll('\\', '/')}`)
    .map((name) => [name, readFileSync(join(root, name), 'utf8')]),
);

const isProduct = (name: string) => !/\.(test|fixture)\.ts$/.test(name) && !name.endsWith('conformance.ts');

/** Pairs of file and what it imports: a path from the root for relative imports, else the package's name. */
function importsOf(files: Files): [file: string, imported: string][] {
  return [...files].flatMap(([file, text]) =>
    isProduct(file)
      ? [...text.matchAll(/\bfrom '([^']+)'|\bimport\('([^']+)'\)/g)].map(([, a, b]): [string, string] => {
          const imported = a ?? b!;
          return [file, imported.startsWith('.') ? posix.join(posix.dirname(file), imported) : imported];
        })
      : [],
  );
}

function impureCore(files: Files): string[] {
  return importsOf(files)
    .filter(([file]) => file.startsWith('src/core/'))
    .filter(([, imported]) => imported.startsWith('node:') || /^src\/(?!core\/)/.test(imported))
    .map(([file, imported]) => `${file} imports ${imported}`);
}

const edgeOf = (file: string) => /^src\/([^/]+)\/.+/.exec(file)?.[1];
/** Contracts lie directly in storage/; what is in its subfolders is for the composition root alone. */
const isShared = (imported: string) =>
  /^src\/(core|telemetry)\//.test(imported) || /^src\/storage\/[^/]+$/.test(imported);

function crossedEdges(files: Files): string[] {
  return importsOf(files)
    .filter(([file]) => edgeOf(file) !== undefined && edgeOf(file) !== 'core')
    .filter(([file, imported]) => {
      const edge = edgeOf(imported);
      return edge !== undefined && edge !== edgeOf(file) && !isShared(imported);
    })
    .map(([file, imported]) => `${file} imports ${imported}`);
}

const siblingOf = (file: string) => /^src\/core\/llm\/(formats|providers)\/([^/]+)\//.exec(file);

function siblingImports(files: Files): string[] {
  return importsOf(files)
    .filter(([file, imported]) => {
      const [from, to] = [siblingOf(file), siblingOf(imported)];
      return from !== null && to !== null && from[1] === to[1] && from[2] !== to[2];
    })
    .map(([file, imported]) => `${file} imports ${imported}`);
}

/** Files of a format that is spoken by clients; one that only providers speak has none of them. */
const clientsHalf = new Set(['request-decode.ts', 'messages-decode.ts', 'stream-encode.ts']);
const isProvidersOnly = (own: readonly string[]) => !own.some((file) => clientsHalf.has(file));

function unlikeSiblings(files: Files): string[] {
  const contents = new Map<string, Map<string, string[]>>();
  for (const file of [...files.keys()].filter(isProduct)) {
    const match = siblingOf(file);
    if (match === null) continue;
    const [, group, name] = match as unknown as [string, string, string];
    const siblings = contents.get(group) ?? new Map<string, string[]>();
    contents.set(group, siblings.set(name, [...(siblings.get(name) ?? []), posix.basename(file)]));
  }
  return [...contents].flatMap(([group, siblings]) => {
    const all = [...new Set([...siblings.values()].flat())];
    return [...siblings].flatMap(([name, own]) =>
      all
        .filter((file) => !own.includes(file) && !(clientsHalf.has(file) && isProvidersOnly(own)))
        .map((file) => `${group}/${name} has no ${file}, its siblings have`),
    );
  });
}

function tooLong(files: Files): string[] {
  return [...files].filter(([, text]) => text.split('\n').length > 501).map(([file]) => file);
}

const fences: [rule: string, check: (files: Files) => string[], broken: Files][] = [
  [
    'core/ imports neither Node nor an edge',
    impureCore,
    new Map([['src/core/a.ts', "import x from 'node:fs';"]]),
  ],
  [
    'edges do not import each other, except telemetry/ and the contracts in storage/',
    crossedEdges,
    new Map([['src/proxy/a.ts', "import { x } from '../storage/sqlite/ledger.ts';"]]),
  ],
  [
    'formats and providers do not import their siblings',
    siblingImports,
    new Map([['src/core/llm/formats/a/index.ts', "import { x } from '../b/index.ts';"]]),
  ],
  [
    'formats and providers have the same file names as their siblings',
    unlikeSiblings,
    new Map([
      ['src/core/llm/formats/a/index.ts', ''],
      ['src/core/llm/formats/b/other.ts', ''],
    ]),
  ],
  ['no file has more than 500 lines', tooLong, new Map([['src/a.ts', '\n'.repeat(501)]])],
];

const product = new Map([...sources].filter(([name]) => isProduct(name)));
for (const [rule, check, broken] of fences) {
  test(rule, () => {
    assert.ok(product.size > 100);
    assert.deepEqual(check(product), []);
    assert.ok(check(broken).length > 0, 'the fixture that breaks the rule is found');
  });
}
