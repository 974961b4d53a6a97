/** docs/translation.md says what the code does: it is written from these calls, and no feature may be lost in silence. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { features } from './support/translation-features.ts';
import { columns, type Dialect, dialects, outcome } from './support/translation-outcomes.ts';
import { recorded, requestsOf, streamed, translate } from './support/translation-pairs.ts';

const page = join(import.meta.dirname, '../docs/translation.md');
const start = '<!-- matrix: written by test/translation-matrix.test.ts -->\n';

function table(dialect: Dialect, title: string): string {
  const head = `| ${title} | ${columns.map(([, name]) => name).join(' | ')} |\n|---|${'---|'.repeat(columns.length)}\n`;
  const rows = features.flatMap((feature) => {
    const cells = columns.map(([provider]) => outcome(feature, dialect, provider)?.cell);
    return cells[0] === undefined ? [] : [`| ${feature.name} | ${cells.join(' | ')} |\n`];
  });
  return `## ${title}\n\n${head}${rows.join('')}`;
}

test('no feature is lost in silence', () => {
  const lost = features.flatMap((feature) =>
    dialects.flatMap(([dialect]) =>
      columns.flatMap(([provider]) =>
        outcome(feature, dialect, provider)?.silent ? [`${feature.name}: ${dialect} → ${provider}`] : [],
      ),
    ),
  );
  assert.deepEqual(lost, []);
});

test('docs/translation.md is the matrix', () => {
  const intro = readFileSync(page, 'utf8').split(start)[0]!;
  const expected = `${intro}${start}\n${dialects.map(([dialect, title]) => table(dialect, title)).join('\n')}`;
  if (process.env['TOLLGATE_UPDATE_GOLDEN'] === '1') writeFileSync(page, expected);
  assert.equal(readFileSync(page, 'utf8'), expected);
});

test('every pair answers with the words, the call of the tool and the usage, whole and streamed', () => {
  for (const [dialect] of dialects) {
    for (const [provider] of columns) {
      const pair = `${dialect} → ${provider}`;
      const plain = translate(dialect, provider, requestsOf(dialect)['plain']).call!;
      const reply = plain.reply.plain(recorded(plain, 'plain.json'), 'application/json');
      const call = translate(dialect, provider, requestsOf(dialect)['stream'], true).call!;
      const { text, stream } = streamed(call, [recorded(call, 'stream.sse')]);
      for (const [answer, usage] of [
        [reply.body, reply.usage!],
        [text, stream.usage()],
      ] as const) {
        assert.match(answer, /Hel[\s\S]*lo é漢/, pair);
        assert.match(answer, /"weather"/, pair);
        assert.match(answer, /Oslo/, pair);
        assert.deepEqual(
          [usage.inputTokens, usage.cachedInputTokens, usage.outputTokens, usage.estimated],
          [60, 20, 80, false],
          pair,
        );
      }
    }
  }
});
