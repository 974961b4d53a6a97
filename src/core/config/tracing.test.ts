import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allKinds } from '../resources/kinds.ts';
import type { Condition, KubeObject } from '../resources/object.ts';
import { admit } from '../resources/validate.ts';
import { compileObjects } from './compile.fixture.ts';
import type { CompileResult } from './compile.ts';

let age = 0;
function object(kind: string, name: string, spec: object): KubeObject {
  const schema = allKinds.find((k) => k.kind === kind)!;
  const apiVersion = schema.group === '' ? schema.version : `${schema.group}/${schema.version}`;
  const given = { apiVersion, kind, metadata: { name, namespace: 'ns' }, spec } as KubeObject;
  const { strictErrors, causes, object: admitted } = admit(schema, given);
  assert.deepEqual([...strictErrors, ...causes], [], `${kind} ${name}`);
  const creationTimestamp = new Date(Date.UTC(2026, 0, 1) + age++ * 1_000).toISOString();
  return { ...admitted, metadata: { ...admitted.metadata, creationTimestamp, generation: 1 } };
}

const listeners = [{ name: 'http', port: 8080, protocol: 'HTTP' }];
const gateway = object('Gateway', 'edge', { gatewayClassName: 'agentgateway', listeners });
const collector = object('Service', 'collector', {
  type: 'ExternalName',
  externalName: 'otel.example',
  ports: [{ port: 4318 }],
});
const targetRefs = [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'edge' }];
const policy = (name: string, tracing: object) =>
  object('AgentgatewayPolicy', name, { targetRefs, frontend: { tracing } });

function accepted({ statuses }: CompileResult, name: string): string {
  const { status } = statuses.find(({ object: { metadata } }) => metadata.name === name)!;
  const [{ conditions }] = (status as { ancestors: [{ conditions: Condition[] }] }).ancestors;
  return `${conditions[0]!.reason}: ${conditions[0]!.message}`;
}

test('a URL or a Service, with or without a path', () => {
  const urlOf = (tracing: object) =>
    compileObjects([gateway, collector, policy('p', { protocol: 'HTTP', ...tracing })]).snapshot.tracing?.[
      'ns/edge'
    ]?.url;
  assert.equal(urlOf({ url: 'http://otel:4318' }), 'http://otel:4318/v1/traces');
  assert.equal(urlOf({ url: 'https://otel/custom' }), 'https://otel/custom');
  assert.equal(urlOf({ url: 'http://otel:4318', path: '/spans' }), 'http://otel:4318/spans');
  assert.equal(
    urlOf({ backendRef: { name: 'collector', port: 4318 } }),
    'http://otel.example:4318/v1/traces',
  );
});

test('what is not served or not valid is told, and nothing is traced', () => {
  const cases: [object, RegExp][] = [
    [{ url: 'http://otel:4317' }, /protocol GRPC is not enforced by this version: set protocol: HTTP/],
    [{ protocol: 'HTTP', backendRef: { name: 'nobody', port: 1 } }, /Service ns\/nobody is not found/],
    [{ protocol: 'HTTP', url: 'http://otel', filter: 'request.(' }, /filter is not a valid CEL expression/],
  ];
  for (const [tracing, message] of cases) {
    const result = compileObjects([gateway, collector, policy('p', tracing)]);
    assert.equal(result.snapshot.tracing, undefined);
    assert.match(accepted(result, 'p'), message);
    assert.match(accepted(result, 'p'), /^PartiallyValid/);
  }
});

test('of two policies on one Gateway the older is in force, and the younger says so', () => {
  const [older, younger] = ['a', 'b'].map((name) =>
    policy(name, { protocol: 'HTTP', url: `http://${name}` }),
  );
  const result = compileObjects([gateway, younger!, older!]);
  assert.equal(result.snapshot.tracing!['ns/edge']!.policy, 'ns/a');
  assert.match(accepted(result, 'a'), /^Valid/);
  assert.match(
    accepted(result, 'b'),
    /frontend\.tracing is set on the same target by the older policy ns\/a/,
  );
});
