import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { csvOf } from '../../src/core/text/csv.ts';
import { readCsv } from '../src/components/read-csv.ts';

test('what is written as CSV is read again', () => {
  // Cells that look like formulas get an apostrophe, empty rows are skipped: both on purpose.
  const cell = fc.string({ unit: 'binary' }).map((text) => `c${text.replaceAll('\r', '')}`);
  const table = fc
    .integer({ min: 2, max: 5 })
    .chain((width) =>
      fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 6 }),
    );
  fc.assert(
    fc.property(table, (rows) => {
      const columns = rows[0]!.map((_, place) => `column${place}`);
      assert.deepEqual(readCsv(csvOf(columns, rows)), [columns, ...rows]);
    }),
  );
});

test('spreadsheets of other countries, and tables that are broken', () => {
  assert.deepEqual(readCsv('\uFEFFa;b\r\n1,5;"x ""y"""\n\n;\n'), [
    ['a', 'b'],
    ['1,5', 'x "y"'],
  ]);
  assert.deepEqual(readCsv('a\tb\n1\t'), [
    ['a', 'b'],
    ['1', ''],
  ]);
  assert.deepEqual(readCsv('a,b\n"open,1\n2,3'), [['a', 'b'], ['open,1\n2,3']]);
  assert.deepEqual(readCsv('a,b\n"x"y,1'), [
    ['a', 'b'],
    ['xy', '1'],
  ]);
  assert.deepEqual(readCsv(''), []);
  fc.assert(fc.property(fc.string(), (text) => readCsv(text).every((row) => row.length > 0)));
});
