/** The real API server's verdict on thousands of documents is the judge of schemas, defaults and rules. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { allKinds } from './kinds.ts';
import type { KubeObject } from './object.ts';
import { admit } from './validate.ts';

interface Recorded {
  in: KubeObject;
  code: number;
  message?: string;
  spec?: unknown;
}

const corpus = gunzipSync(
  readFileSync(join(import.meta.dirname, '../../../testdata/kubernetes/validation-corpus.jsonl.gz')),
)
  .toString('utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Recorded);

function verdict({ strictErrors, causes }: ReturnType<typeof admit>): number {
  if (strictErrors.length > 0) return 400;
  return causes.length > 0 ? 422 : 201;
}

/** Our own kinds have no other server to agree with; `budget-resources.test.ts` covers them. */
const recorded = allKinds.filter((k) => k.origin === 'crd' && k.group !== 'tollgate.dev');
for (const kind of recorded) {
  test(`${kind.kind}: verdict and defaulted spec agree with the real server`, () => {
    const documents = corpus.filter(
      ({ in: object }) => object.kind === kind.kind && object.apiVersion === `${kind.group}/${kind.version}`,
    );
    assert.ok(documents.length > 50);
    const disagreements = documents.flatMap((recorded) => {
      const ours = admit(kind, recorded.in);
      const code = verdict(ours);
      if (code !== recorded.code) {
        const why = [...ours.strictErrors, ...ours.causes.map((c) => `${c.field}: ${c.message}`)].join('; ');
        return [
          `${code} instead of ${recorded.code}: ${JSON.stringify(recorded.in).slice(0, 700)}\n  ours: ${why}\n  real: ${recorded.message ?? ''}`,
        ];
      }
      if (code === 201 && !sameJson(ours.object['spec'], recorded.spec)) {
        return [
          `defaults differ: ${JSON.stringify(ours.object['spec'])}\n  real: ${JSON.stringify(recorded.spec)}`,
        ];
      }
      return [];
    });
    assert.equal(
      disagreements.length,
      0,
      `${disagreements.length} of ${documents.length}\n${disagreements.slice(0, 5).join('\n')}`,
    );
  });
}

function sameJson(a: unknown, b: unknown): boolean {
  try {
    assert.deepStrictEqual(JSON.parse(JSON.stringify(a ?? null)), b ?? null);
    return true;
  } catch {
    return false;
  }
}
