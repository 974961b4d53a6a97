import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csvOf } from './csv.ts';

test('quotes, commas and line ends are quoted; formulas are text; numbers stay numbers', () => {
  const rows = [
    ['a "b", c', -5, undefined],
    ['=HYPERLINK("x")', 1.5, 'two\nlines'],
    ['-1+1', 0, '漢'],
  ];
  assert.equal(
    csvOf(['user', 'tokens', 'note'], rows),
    'user,tokens,note\r\n"a ""b"", c",-5,\r\n"\'=HYPERLINK(""x"")",1.5,"two\nlines"\r\n\'-1+1,0,漢\r\n',
  );
});
