import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { watchConfigFiles } from './watch.ts';

function world(t: TestContext) {
  const root = mkdtempSync(join(tmpdir(), 'tollgate-limits-'));
  let changes = 0;
  const watches: { close(): void }[] = [];
  t.after(() => {
    for (const watch of watches) watch.close();
    rmSync(root, { recursive: true });
  });
  return {
    at: (name: string) => join(root, name),
    write: (name: string, text: string) => writeFileSync(join(root, name), text),
    watch: (name: string) => {
      const watch = watchConfigFiles(join(root, name), () => changes++);
      watches.push(watch);
      return watch;
    },
    changes: () => changes,
  };
}
const namesAndTexts = ({ files }: { files: readonly { name: string; text: string }[] }) =>
  files.map(({ name, text }) => `${name}=${text}`);

test('a directory: every file below it, dot files left out, names with dots for slashes', (t) => {
  const { at, write, watch } = world(t);
  mkdirSync(at('sub'));
  write('b.yaml', '2');
  write('a', '1');
  write('.swp', 'x');
  write('sub/c.yaml', '3');
  assert.deepEqual(namesAndTexts(watch('').read()), ['a=1', 'b.yaml=2', 'sub.c.yaml=3']);
});

test('a change is taken once it stands still', (t) => {
  const { write, watch, changes } = world(t);
  write('x.yaml', 'one');
  const watched = watch('x.yaml');
  watched.look();
  assert.equal(changes(), 0);
  write('x.yaml', '');
  watched.look();
  write('x.yaml', 'two, longer');
  watched.look();
  assert.equal(changes(), 0);
  watched.look();
  assert.equal(changes(), 1);
  assert.deepEqual(namesAndTexts(watched.read()), ['x.yaml=two, longer']);
  watched.look();
  assert.equal(changes(), 1);
});

test('a ConfigMap volume: the link that all files go through is swapped', (t) => {
  const { at, write, watch, changes } = world(t);
  for (const version of ['..1', '..2']) {
    mkdirSync(at(version));
    write(`${version}/config.yaml`, version);
  }
  symlinkSync('..1', at('..data'));
  symlinkSync('..data/config.yaml', at('config.yaml'));
  const watched = watch('');
  assert.deepEqual(namesAndTexts(watched.read()), ['config.yaml=..1']);
  symlinkSync('..2', at('..next'));
  renameSync(at('..next'), at('..data'));
  watched.look();
  watched.look();
  assert.equal(changes(), 1);
  assert.deepEqual(namesAndTexts(watched.read()), ['config.yaml=..2']);
});

test('what is not there, or not UTF-8, is an error in words; it may come later', (t) => {
  const { at, write, watch, changes } = world(t);
  const watched = watch('later.yaml');
  assert.match(watched.read().error!, /ENOENT/);
  write('later.yaml', 'domain: d');
  watched.look();
  watched.look();
  assert.equal(changes(), 1);
  assert.equal(watched.read().error, undefined);
  writeFileSync(at('later.yaml'), Buffer.from([0xc3, 0x28]));
  assert.match(watched.read().error!, /valid/);
});
