import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { lineDiff } from './line-diff.ts';

test('what differs is shown with some of what stays', () => {
  const before = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', ''].join('\n');
  assert.equal(lineDiff(before, before), '');
  assert.equal(lineDiff(before, before.replace('e', 'E\nE2'), 1), '…\n  d\n- e\n+ E\n+ E2\n  f\n…\n');
  assert.equal(lineDiff('', 'a\nb\n'), '+ a\n+ b\n');
  assert.equal(lineDiff('a\nb\n', ''), '- a\n- b\n');
});

test('either text can be read out of the difference', () => {
  const text = fc
    .array(fc.constantFrom('a', 'b', 'c', 'd: 1'), { maxLength: 30 })
    .map((lines) => lines.map((line) => `${line}\n`).join(''));
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = lineDiff(before, after, 1_000).split('\n').slice(0, -1);
      const of = (signs: string) =>
        lines
          .filter((line) => signs.includes(line[0]!))
          .map((line) => `${line.slice(2)}\n`)
          .join('');
      if (before === after) assert.deepEqual(lines, []);
      else assert.deepEqual([of(' -'), of(' +')], [before, after]);
    }),
  );
});
