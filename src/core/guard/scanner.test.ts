import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compileRegex } from '../../linear-regex.ts';
import { hasLuhnDigit } from './builtins.ts';
import type { Builtin, RegexCheck } from './model.ts';
import { compileScanner, withLabels } from './scanner.ts';
import { heldCharacters, StreamScanner } from './stream-scanner.ts';

const all: Builtin[] = ['Email', 'PhoneNumber', 'Ssn', 'CreditCard', 'CaSin'];
const scanner = (builtins: Builtin[], matches: string[] = []) =>
  compileScanner({ type: 'regex', action: 'Mask', builtins, matches } satisfies RegexCheck, compileRegex);
const masked = (text: string, builtins: Builtin[] = all, matches: string[] = []) =>
  withLabels(text, 0, scanner(builtins, matches).find(text, 0));

test('what each built-in form finds, and what it leaves', () => {
  const cases: [string, string][] = [
    ['Write to jane.doe+x@mail.example.co.uk, please.', 'Write to <EMAIL_ADDRESS>, please.'],
    ['ünïcode@exämple.de!', '<EMAIL_ADDRESS>!'],
    ['jane@example.com-6789joe@example.com.', '<EMAIL_ADDRESS><EMAIL_ADDRESS>.'],
    ['jane@example.com@x, a@b.de-c@d.ef-g@h', '<EMAIL_ADDRESS>@x, <EMAIL_ADDRESS><EMAIL_ADDRESS>-g@h'],
    ['not@here, @there, a@b', 'not@here, @there, a@b'],
    ['Call (123) 456-7890 or +1-800-555-1234', 'Call <PHONE_NUMBER> or <PHONE_NUMBER>'],
    ['555.123.4567; +49 30 901820; +44 20 7946 0958', '<PHONE_NUMBER>; <PHONE_NUMBER>; <PHONE_NUMBER>'],
    ['order 1234567 of 2026-11-25 at 10:09:49', 'order 1234567 of 2026-11-25 at 10:09:49'],
    ['SSN 123-45-6789, 123 45 6789', 'SSN <SSN>, <SSN>'],
    ['000-12-3456 123-45 6789 1123-45-6789', '000-12-3456 123-45 6789 1123-45-6789'],
    ['4111-1111-1111-1111 4111 1111 1111 1111 378282246310005', '<CREDIT_CARD> <CREDIT_CARD> <CREDIT_CARD>'],
    ['4111111111111112', '4111111111111112'],
    ['SIN 123-456-789, 046 454 286, 046454286', 'SIN <CA_SIN>, <CA_SIN>, <CA_SIN>'],
    ['id 046454287', 'id 046454287'],
  ];
  for (const [text, wanted] of cases) assert.equal(masked(text), wanted);
});

test('the check digit', () => {
  assert.ok(hasLuhnDigit('79927398713'));
  assert.ok(!hasLuhnDigit('79927398710'));
  assert.ok(!hasLuhnDigit(''));
});

test('expressions of the policy are RE2: linear, and what it does not take is an error', () => {
  assert.equal(masked('key=SECRET-abc and secret-1', [], ['(?i)secret-\\w+']), 'key=<masked> and <masked>');
  assert.throws(() => scanner([], ['(?=a)b']), /invalid or unsupported/);
  assert.throws(() => scanner([], ['(']));
  const started = performance.now();
  masked('a'.repeat(20_000), [], ['(a*)*$b']);
  assert.ok(performance.now() - started < 5_000);
});

test('matches that overlap are masked as one', () => {
  assert.equal(masked('x 12345 y', [], ['123', '345', '23']), 'x <masked> y');
  assert.equal(masked('abc', [], ['x*']), 'abc');
});

function streamed(text: string, cuts: readonly number[], check: Partial<RegexCheck>): string {
  const { builtins = [], matches = [], action = 'Mask' } = check;
  const stream = new StreamScanner(scanner(builtins, matches), action === 'Reject');
  let out = '';
  let at = 0;
  for (const cut of [...cuts.map((c) => c % (text.length + 1)).sort((a, b) => a - b), text.length]) {
    out += stream.push(text.slice(at, cut));
    at = cut;
  }
  return `${out}${stream.end()}|${stream.rejected ?? ''}|${stream.masked.join()}`;
}

const pieces = fc.constantFrom(
  ...['jane@example.com', '(123) 456-7890', '123-45-6789', '4111 1111 1111 1111', '046 454 286'],
  ...[
    'hello',
    ' ',
    ' ',
    '. ',
    '\n',
    '1',
    '22',
    '@',
    '-',
    'secret-',
    'x'.repeat(90),
    '9'.repeat(130),
    'é',
    '😀',
    '(',
    ')',
  ],
);
const texts = fc.array(pieces, { maxLength: 60 }).map((parts) => parts.join(''));
const cutting = fc.array(fc.nat(10_000), { maxLength: 40 });

test('any cutting of a stream into pieces gives the same text', () => {
  const checks: Partial<RegexCheck>[] = [
    { builtins: all },
    { builtins: all, action: 'Reject' },
    { builtins: ['Email'], matches: ['secret-[a-z0-9]*', '(?s)hello.*22'] },
    { matches: ['9+', '\\bé\\b'], action: 'Reject' },
  ];
  for (const check of checks) {
    fc.assert(
      fc.property(texts, cutting, (text, cuts) => {
        assert.equal(streamed(text, cuts, check), streamed(text, [], check));
      }),
      { numRuns: 300 },
    );
  }
});

test('a stream is masked as the whole text is', () => {
  const check = { builtins: all, matches: ['secret-[a-z0-9]{0,100}'] };
  fc.assert(
    fc.property(texts, cutting, (text, cuts) => {
      for (const { builtins, matches } of [check, { ...check, matches: [] }])
        assert.equal(
          streamed(text, cuts, { builtins, matches }).split('|')[0],
          masked(text, builtins, matches),
        );
    }),
    { numRuns: 500 },
  );
});

test('prose is held back by a word, anything else by a bounded number of characters', () => {
  const prose = new StreamScanner(scanner(all), false);
  assert.equal(prose.push('Dear reader, this is te'), 'Dear reader, this is ');
  const custom = new StreamScanner(scanner([], ['x']), false);
  assert.ok(custom.push('a'.repeat(1_000)).length >= 1_000 - heldCharacters - 128);
  const pair = new StreamScanner(scanner([], ['x']), false);
  for (const out of [pair.push('😀'.repeat(999)), pair.push('a'), pair.end()]) assert.ok(out.isWellFormed());
});
