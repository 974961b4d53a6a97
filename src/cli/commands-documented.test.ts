/** docs/cli.md and the program say the same; completion knows every command. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Command } from 'commander';
import { commandWords } from './completion/command-words.ts';
import { completionScript } from './completion/scripts.ts';
import { exitCodes } from './failure.ts';
import { buildProgram } from './index.ts';

const terminal = {
  out: () => undefined,
  err: () => undefined,
  colour: false,
  progress: false,
  interactive: false,
};
const program = buildProgram({ env: {}, terminal }, { up: async () => undefined, version: '0' });
const documentation = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'cli.md'), 'utf8');

function leaves(command: Command, path: string): [string, Command][] {
  const name = `${path} ${command.name()}`.trim();
  return command.commands.length === 0
    ? [[name, command]]
    : command.commands.flatMap((child) => leaves(child, name));
}
const commands = new Map(leaves(program, ''));

test('every command has its heading in docs/cli.md, and every heading its command', () => {
  const headings = [...documentation.matchAll(/^### `(tollgate [^`]*)`$/gm)].map(([, heading]) =>
    heading!
      .split(' ')
      .filter((word) => /^[a-z]/.test(word))
      .join(' '),
  );
  assert.deepEqual(headings.toSorted(), [...commands.keys()].toSorted());
});

test('options and exit codes that the documentation names exist', () => {
  const options = new Set(
    [...commands.values()].flatMap((command) => command.options.flatMap(({ long, short }) => [long, short])),
  );
  const named = [...documentation.matchAll(/[^\w-](--?[a-z][a-z-]*)/g)].map(([, flag]) => flag!);
  const foreign = ['--silent', '--help'];
  assert.deepEqual(
    named.filter((flag) => !options.has(flag) && !foreign.includes(flag)),
    [],
  );
  const codes = [...documentation.matchAll(/^\| (\d) \| /gm)].map(([, code]) => Number(code));
  assert.deepEqual(codes, Object.values(exitCodes));
});

test('every command and option says what it is for', () => {
  for (const [name, command] of commands) {
    assert.notEqual(command.description(), '', name);
    for (const { description, flags } of command.options)
      assert.notEqual(description, '', `${name} ${flags}`);
  }
});

describe('completion', () => {
  test('bash: commands, options, values, else files', () => {
    const complete = (...words: string[]) => {
      const script = `${completionScript('bash', program)}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _tollgate; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const done = spawnSync('bash', ['-c', script, 'bash', 'tollgate', ...words], { encoding: 'utf8' });
      assert.equal(done.stderr, '');
      return done.stdout
        .trim()
        .split('\n')
        .filter((word) => word !== '');
    };
    assert.deepEqual(
      complete(''),
      program.commands.map((command) => command.name()),
    );
    assert.deepEqual(complete('keys', 'ex'), ['export']);
    assert.deepEqual(complete('keys', 'list', '--s'), ['--search', '--status', '--sort']);
    assert.deepEqual(complete('keys', 'list', '-o', ''), ['table', 'json', 'yaml', 'csv']);
    assert.deepEqual(complete('keys', 'list', '--admin', 'x', '--output', 'j'), ['json']);
    assert.deepEqual(complete('completion', ''), ['bash', 'zsh', 'fish']);
    assert.deepEqual(complete('validate', 'x'), []);
  });

  test('zsh and fish are told of every command and option', () => {
    for (const shell of ['zsh', 'fish'] as const) {
      const script = completionScript(shell, program);
      for (const { path, commands, options } of commandWords(program)) {
        assert.ok(script.includes(path), `${shell}: ${path}`);
        for (const { text } of [...commands, ...options])
          assert.ok(script.includes(shell === 'fish' ? text.replace(/^--/, '') : text), `${shell}: ${text}`);
      }
    }
  });
});
