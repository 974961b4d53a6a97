/** The house's rules that the linter keeps, each with a fixture that breaks it: a configuration that lost its teeth is noticed. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { removeDirectory, root, temporaryDirectory } from './support/gateway.ts';

const longFunction = `export function long(n: number): number {
  let sum = n;
${'  sum += n;\n'.repeat(60)}  return sum;
}
`;

/** File → its text and the rule that it breaks; no rule: allowed. */
const fixtures: [file: string, text: string, rule?: string][] = [
  ['src/core/clock.ts', 'export const now = (): number => Date.now();\n', 'style/noRestrictedGlobals'],
  [
    'src/core/disk.ts',
    "import { sep } from 'node:path';\n\nexport const at = sep;\n",
    'style/noRestrictedImports',
  ],
  [
    'src/core/edge.ts',
    "import { now } from '../proxy/clock.ts';\n\nexport const at = now();\n",
    'style/noRestrictedImports',
  ],
  ['src/proxy/long.ts', longFunction, 'complexity/noExcessiveLinesPerFunction'],
  [
    'src/proxy/cycle-a.ts',
    "import { b } from './cycle-b.ts';\n\nexport const a = (): number => b();\n",
    'suspicious/noImportCycles',
  ],
  [
    'src/proxy/cycle-b.ts',
    "import { a } from './cycle-a.ts';\n\nexport const b = (): number => a();\n",
    'suspicious/noImportCycles',
  ],
  [
    'src/proxy/type-cycle-a.ts',
    "import type { B } from './type-cycle-b.ts';\n\nexport type A = B | 'a';\n",
    'suspicious/noImportCycles',
  ],
  [
    'src/proxy/type-cycle-b.ts',
    "import type { A } from './type-cycle-a.ts';\n\nexport interface B {\n  a?: A;\n}\n",
    'suspicious/noImportCycles',
  ],
  ['src/proxy/clock.ts', 'export const now = (): number => Date.now();\n'],
];

test('the linter finds each fixture that breaks a rule, and only those', (t) => {
  const directory = temporaryDirectory();
  t.after(() => removeDirectory(directory));
  copyFileSync(join(root, 'biome.json'), join(directory, 'biome.json'));
  for (const [file, text] of fixtures) {
    mkdirSync(dirname(join(directory, file)), { recursive: true });
    writeFileSync(join(directory, file), text);
  }
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
  const args = [biome, 'lint', '--vcs-enabled=false', '--reporter=github', '.'];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: directory, encoding: 'utf8' });
  const found = [...stdout.matchAll(/title=lint\/([\w/]+),file=[^,]*?(src\/[^,]+)/g)].map(
    ([, rule, file]) => `${file} ${rule}`,
  );
  const expected = fixtures.flatMap(([file, , rule]) => (rule === undefined ? [] : [`${file} ${rule}`]));
  assert.deepEqual([...new Set(found)].sort(), expected.sort(), stdout + stderr);
});
