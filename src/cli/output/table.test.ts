import assert from 'node:assert/strict';
import { test } from 'node:test';
import { processTerminal } from '../terminal.ts';
import { fieldsText, tableText } from './table.ts';

const columns = [
  { title: 'NAME', text: (row: { name: string; count: number }) => row.name, style: () => 'good' as const },
  { title: 'COUNT', text: (row: { count: number }) => String(row.count), align: 'right' as const },
];
const rows = [
  { name: 'ä', count: 1 },
  { name: 'longer', count: 1_000 },
];

test('columns are aligned, with and without colour', () => {
  const plain = tableText(columns, rows, false);
  assert.equal(plain, 'NAME    COUNT\nä           1\nlonger   1000\n');
  const coloured = tableText(columns, rows, true);
  assert.ok(coloured.includes('\u001b[32mä     \u001b[0m'));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  assert.equal(coloured.replace(/\u001b\[\d+m/g, ''), plain);
});

test('fields of one thing: what is not there is left out', () => {
  assert.equal(
    fieldsText([
      ['a', 'x'],
      ['longer', undefined],
      ['bcd', 'y'],
    ]),
    'a    x\nbcd  y\n',
  );
});

test('colour on a terminal only, and never with NO_COLOR or a dumb terminal', () => {
  const terminalWith = (isTTY: boolean, env: NodeJS.ProcessEnv) => {
    const stream = { isTTY, on: () => stream, write: () => true };
    return processTerminal({
      stdin: stream,
      stdout: stream,
      stderr: stream,
      env,
    } as unknown as NodeJS.Process);
  };
  assert.equal(terminalWith(true, {}).colour, true);
  assert.equal(terminalWith(true, { NO_COLOR: '1' }).colour, false);
  assert.equal(terminalWith(true, { TERM: 'dumb' }).colour, false);
  assert.deepEqual(
    [terminalWith(false, {})].map(({ colour, progress, interactive }) => [colour, progress, interactive]),
    [[false, false, false]],
  );
});
