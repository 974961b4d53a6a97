import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../resources/object.ts';
import { Objects } from './objects.ts';
import { type RateLimitSources, readRateLimits } from './rate-limit-config.ts';

const configMap = (name: string, text: string, labels?: Record<string, string>): KubeObject => {
  const [namespace, own] = name.split('/') as [string, string];
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace, name: own, ...(labels && { labels }) },
    data: { 'config.yaml': text },
  } as KubeObject;
};

function read(maps: KubeObject[], before?: ReturnType<typeof readRateLimits>, sources?: RateLimitSources) {
  const objects = new Objects({ list: (_, kind) => (kind === 'ConfigMap' ? maps : []) });
  return readRateLimits(objects, before?.config, sources);
}
const domains = ({ config }: ReturnType<typeof readRateLimits>) =>
  config?.domains.map(({ name, source }) => `${name} of ${source}`);

const walkthrough = configMap('ratelimit/ratelimit-config', 'domain: a');

test('ConfigMaps by name in any namespace, and by label', () => {
  const result = read([
    configMap('team/ratelimit-config', 'domain: b'),
    walkthrough,
    configMap('team/limits', 'domain: c', { 'tollgate.dev/ratelimit-config': 'true' }),
    configMap('team/other', 'domain: d'),
    configMap('team/off', 'domain: e', { 'tollgate.dev/ratelimit-config': 'false' }),
  ]);
  assert.deepEqual(domains(result), [
    'a of ConfigMap ratelimit/ratelimit-config',
    'c of ConfigMap team/limits',
    'b of ConfigMap team/ratelimit-config',
  ]);
  assert.deepEqual(result.errors, []);
});

test('no ConfigMap: no configuration, and it is said', () => {
  const result = read([]);
  assert.equal(result.config, undefined);
  assert.match(result.errors[0]!.message, /ConfigMap ratelimit\/ratelimit-config not found/);
});

test('a bad source keeps what it said before, the others go on; a domain belongs to one', () => {
  const team = (text: string) => configMap('team/ratelimit-config', text);
  const before = read([walkthrough, team('domain: b')]);
  const bad = read([walkthrough, team('domain: b\nnonsense: 1')], before);
  assert.deepEqual(domains(bad), domains(before));
  assert.equal(
    bad.errors[0]!.message,
    "ConfigMap team/ratelimit-config is not valid (the one from before stays in force): config.yaml: config error, unknown key 'nonsense'",
  );
  const taken = read([team('domain: a'), walkthrough]);
  assert.deepEqual(domains(taken), ['a of ConfigMap ratelimit/ratelimit-config']);
  assert.match(taken.errors[0]!.message, /none from before.*duplicate domain 'a'/);
  const never = read([team('nonsense: 1')]);
  assert.equal(never.config, undefined);
});

test('files stand in place of ConfigMaps, may be unreadable for a while, and may share a domain', () => {
  const files = [
    { name: 'x.yaml', text: 'domain: f\ndescriptors: [{key: x}]' },
    { name: 'y.yaml', text: 'domain: f\ndescriptors: [{key: y}]' },
  ];
  const place = 'limits';
  const merged = read([walkthrough], undefined, { files: { place, files }, mergeDomains: true });
  assert.deepEqual(domains(merged), ['f of limits']);
  const refused = read([], merged, { files: { place, files } });
  assert.match(refused.errors[0]!.message, /y\.yaml: duplicate domain 'f' in config file/);
  const gone = read([], merged, { files: { place, files: [], error: 'no such file' } });
  assert.deepEqual(domains(gone), ['f of limits']);
  assert.match(gone.errors[0]!.message, /stays in force\): no such file/);
  const empty = read([], merged, { files: { place, files: [] } });
  assert.deepEqual(domains(empty), []);
});
