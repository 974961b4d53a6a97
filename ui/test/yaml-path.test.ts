import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { KindSchema } from '../src/api/resources.ts';
import { placeAt, suggestionsFor } from '../src/pages/configuration/yaml-path.ts';

/** `|` is the cursor. */
function at(text: string) {
  const lines = text.split('\n');
  const row = lines.findIndex((line) => line.includes('|'));
  const column = lines[row]!.indexOf('|');
  lines[row] = lines[row]!.replace('|', '');
  return placeAt(lines, row, column);
}

const route = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: claude
spec:
  parentRefs:
  - name: agentgateway-route
    namespace: agentgateway-system
  rules:
    - matches:
        - path: {type: PathPrefix}
      # a note
      backendRefs:
        - name: anthropic
          A|
`;

test('the place of a cursor, by what stands above it', () => {
  const place = at(route);
  assert.deepEqual(place.path, ['spec', 'rules', '[]', 'backendRefs', '[]']);
  assert.deepEqual(place.siblings, ['name']);
  assert.deepEqual([place.apiVersion, place.kind], ['gateway.networking.k8s.io/v1', 'HTTPRoute']);
  assert.deepEqual(at('spec:\n  a:\n  - |\n').path, ['spec', 'a', '[]']);
  assert.deepEqual(at('spec:\n  a:\n  - x: 1\n    |\n').path, ['spec', 'a', '[]']);
  assert.deepEqual(at('a:\n  b:\n    c: 1\n  |').path, ['a']);
  assert.deepEqual(at('a:\n  b:\n    c: 1\n  |').siblings, ['b']);
  assert.deepEqual(at('a: 1\n---\nkind: B\nspec:\n  |\n---\nc: 1').kind, 'B');
  assert.equal(at('spec:\n  mode: S|').valueField, 'mode');
  assert.deepEqual(at('|').path, []);
});

const kinds: KindSchema[] = [
  {
    apiVersion: 'x/v1',
    kind: 'Thing',
    schema: {
      properties: {
        spec: {
          type: 'object',
          required: ['mode'],
          properties: {
            mode: { type: 'string', enum: ['Strict', 'Open'], description: 'How.' },
            items: { type: 'array', items: { type: 'object', properties: { name: { type: 'string' } } } },
          },
        },
      },
    },
  },
];

test('what may stand there is offered, with its meaning', () => {
  const labels = (text: string) => suggestionsFor(at(text), kinds).map(({ label }) => label);
  assert.deepEqual(labels('kind: |'), ['Thing']);
  assert.deepEqual(labels('kind: Thing\napiVersion: |'), ['x/v1']);
  assert.deepEqual(labels('kind: Thing\nspec:\n  |'), ['mode', 'items']);
  assert.deepEqual(labels('kind: Thing\nspec:\n  items: []\n  |'), ['mode']);
  assert.deepEqual(labels('kind: Thing\nspec:\n  items:\n  - |'), ['name']);
  assert.deepEqual(labels('kind: Thing\nspec:\n  mode: |'), ['Strict', 'Open']);
  const [mode] = suggestionsFor(at('kind: Thing\nspec:\n  |'), kinds);
  assert.deepEqual(mode, { label: 'mode', text: 'mode: ', detail: 'Strict | Open, required', info: 'How.' });
});

test('no text makes it fail', () => {
  const line = fc.string({ unit: fc.constantFrom('a', ':', ' ', '-', '"', '#', '{'), maxLength: 12 });
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 12 }), fc.nat(), fc.nat(), (lines, row, column) => {
      const at = row % lines.length;
      suggestionsFor(placeAt(lines, at, column % (lines[at]!.length + 1)), kinds);
    }),
  );
});
