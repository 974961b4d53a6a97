import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { crdOf } from './crd.ts';
import { readPath } from './json-path.ts';
import type { Schema } from './kind.ts';
import { allKinds } from './kinds.ts';
import type { KubeObject } from './object.ts';
import { groupVersionPath, openApiDocument } from './openapi.ts';
import { quantityToNumber } from './quantity.ts';
import { humanDuration, tableColumns } from './table.ts';
import { admit } from './validate.ts';

const kindNamed = (name: string) => allKinds.find((kind) => kind.kind === name)!;

test('the manifests in deploy/crds are what the schemas say', () => {
  for (const kind of allKinds.filter(({ origin }) => origin === 'crd')) {
    const file = join(import.meta.dirname, '../../../deploy/crds', `${kind.group}_${kind.plural}.yaml`);
    const committed = parse(readFileSync(file, 'utf8'));
    assert.deepEqual(
      committed,
      JSON.parse(JSON.stringify(crdOf(kind))),
      `${kind.kind}: run scripts/generate-crds.ts`,
    );
  }
});

test('a real API server takes the manifests: what one has refused of them is not there', () => {
  const faults: string[] = [];
  const walk = (schema: Schema, path: string) => {
    const rules = (schema['x-kubernetes-validations'] ?? []).map(({ rule }) => rule);
    // With server-side apply the rule is the key of its list.
    if (new Set(rules).size < rules.length) faults.push(`${path}: a rule stands twice`);
    for (const rule of rules)
      if (/\.(namespace|package|import|function)\b/.test(rule))
        faults.push(`${path}: a word of CEL's grammar`);
    for (const [name, field] of Object.entries(schema.properties ?? {})) walk(field, `${path}.${name}`);
    if (schema.items) walk(schema.items, `${path}[]`);
    if (schema.additionalProperties) walk(schema.additionalProperties, `${path}{}`);
  };
  for (const kind of allKinds.filter(({ origin }) => origin === 'crd')) {
    walk(kind.schema, kind.kind);
    const crd = JSON.parse(JSON.stringify(crdOf(kind)));
    assert.deepEqual(crd.spec.versions[0].schema.openAPIV3Schema.properties.metadata, { type: 'object' });
  }
  assert.deepEqual(faults, []);
});

test('every field has a description', () => {
  const missing: string[] = [];
  const walk = (schema: Schema, path: string) => {
    if (!schema.description) missing.push(path);
    for (const [name, field] of Object.entries(schema.properties ?? {})) walk(field, `${path}.${name}`);
    if (schema.items) walk(schema.items, `${path}[]`);
    if (schema.additionalProperties) walk(schema.additionalProperties, `${path}{}`);
  };
  for (const kind of allKinds) walk(kind.schema, kind.kind);
  assert.deepEqual(missing, []);
});

test('OpenAPI: each kind once, with its GVK, and a fieldValidation parameter on patch', () => {
  for (const kind of allKinds) {
    const document = openApiDocument(allKinds, groupVersionPath(kind)) as {
      paths: Record<string, { patch?: { parameters: { name: string }[] } }>;
      components: { schemas: Record<string, { 'x-kubernetes-group-version-kind'?: { kind: string }[] }> };
    };
    const described = Object.values(document.components.schemas).filter((schema) =>
      schema['x-kubernetes-group-version-kind']?.some((gvk) => gvk.kind === kind.kind),
    );
    assert.equal(described.length, 1, kind.kind);
    const item = Object.entries(document.paths).find(([path]) => path.endsWith(`/${kind.plural}/{name}`))![1];
    assert.ok(item.patch!.parameters.some(({ name }) => name === 'fieldValidation'));
    assert.doesNotMatch(JSON.stringify(document), /x-kubernetes-validations/);
  }
});

test('table cells', () => {
  const object = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 's', creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: {
      type: 'LoadBalancer',
      clusterIP: '10.0.0.1',
      ports: [{ port: 8080, nodePort: 30000, protocol: 'TCP' }],
    },
    status: { loadBalancer: { ingress: [{ ip: '127.0.0.1' }] } },
  } as KubeObject;
  const cells = tableColumns(kindNamed('Service')).cells(object, () => '5s');
  assert.deepEqual(cells, ['s', 'LoadBalancer', '10.0.0.1', '127.0.0.1', '8080:30000/TCP', '5s', '<none>']);
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'a' },
    type: 'Opaque',
    data: { x: '', y: '' },
  };
  assert.deepEqual(tableColumns(kindNamed('Secret')).cells(secret, String), ['a', 'Opaque', 2, '<unknown>']);
  const gateway = {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name: 'g' },
    spec: { gatewayClassName: 'agentgateway' },
    status: { addresses: [{ value: '127.0.0.1' }], conditions: [{ type: 'Programmed', status: 'True' }] },
  };
  assert.deepEqual(tableColumns(kindNamed('Gateway')).cells(gateway, String), [
    'g',
    'agentgateway',
    '127.0.0.1',
    'True',
    '<unknown>',
  ]);
});

test('ages and quantities and paths', () => {
  const ages: [number, string][] = [
    [0, '0s'],
    [119, '119s'],
    [120, '2m'],
    [250, '4m10s'],
    [3600, '60m'],
    [4 * 3600, '4h'],
    [3 * 86_400, '3d'],
  ];
  for (const [seconds, text] of ages) assert.equal(humanDuration(seconds), text);
  for (const [text, value] of [
    ['1Ki', 1024],
    ['1e3', 1000],
    ['500m', 0.5],
    ['2', 2],
  ] as const)
    assert.equal(quantityToNumber(text), value);
  assert.throws(() => quantityToNumber('ten'));
  assert.deepEqual(
    readPath(
      {
        a: [
          { type: 'X', v: 1 },
          { type: 'Y', v: 2 },
        ],
      },
      '.a[?(@.type=="Y")].v',
    ),
    [2],
  );
});

test('unknown fields are named with their path; wrong types say what was wanted', () => {
  const policy = {
    apiVersion: 'agentgateway.dev/v1alpha1',
    kind: 'AgentgatewayPolicy',
    metadata: { name: 'p' },
    spec: {
      targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'g' }],
      traffic: { timeouts: { request: 5 } },
      nonsense: 1,
    },
  };
  const { strictErrors, causes } = admit(kindNamed('AgentgatewayPolicy'), policy);
  assert.deepEqual(strictErrors, ['unknown field "spec.nonsense"']);
  assert.match(causes[0]!.message, /must be of type string: "integer"/);
});
