import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Recording } from './scenario.ts';

const recordingsDirectory = join(import.meta.dirname, '../../../testdata/rate-limit-original');

/** What envoyproxy/ratelimit answered, by group. */
export function readRecordings(): [group: string, recordings: Recording[]][] {
  return readdirSync(recordingsDirectory)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => [
      name.replace('.json', ''),
      JSON.parse(readFileSync(join(recordingsDirectory, name), 'utf8')) as Recording[],
    ]);
}

/** A line for each answer, so that a change of one is seen as such. */
export function writeRecordings(group: string, recordings: readonly Recording[]): void {
  const texts = recordings.map((recording) => {
    const fields = Object.entries(recording).map(
      ([name, value]) =>
        `${JSON.stringify(name)}: ${Array.isArray(value) ? linesOf(value) : JSON.stringify(value)}`,
    );
    return `{\n ${fields.join(',\n ')}\n}`;
  });
  writeFileSync(join(recordingsDirectory, `${group}.json`), `[${texts.join(',\n')}]\n`);
}

function linesOf(list: readonly unknown[]): string {
  return `[\n  ${list.map((item) => JSON.stringify(item)).join(',\n  ')}\n ]`;
}
