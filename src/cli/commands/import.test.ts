import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../../core/resources/object.ts';
import { dollarsOf, momentOf, windowOf } from '../imports/litellm-fields.ts';
import { UniqueNames } from '../imports/names.ts';
import { runProgram } from '../run-program.fixture.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const documents = (yaml: string) => [parseAllDocuments(yaml)].flat().map((one) => one.toJS() as KubeObject);

describe('tollgate import agentgateway', () => {
  const long = 'sk-a-long-value-of-a-key-1234';
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const keys = `apiVersion: v1
kind: Secret
metadata: {name: keys, namespace: prod, labels: {use: keys}}
stringData:
  Mike_Laptop: '{"key": "${long}", "metadata": {"user_id": "mike", "n": 1}}'
  broken: '{"metadata": {}}'
data:
  raw: ${base64(' sk-raw \n')}
---
apiVersion: v1
kind: Secret
metadata: {name: provider, namespace: prod}
stringData: {Authorization: sk-provider-credential}
`;
  const policy = (spec: string) => `---
apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayPolicy
metadata: {name: p, namespace: prod}
spec: {traffic: {apiKeyAuthentication: ${spec}}}
`;

  test('every key once, by its hash; what is left out is told; no value anywhere', async () => {
    const done = await runProgram(['import', 'agentgateway', '-'], { stdin: keys });
    assert.equal(done.code, 0, done.stderr);
    assert.deepEqual(documents(done.stdout), [
      {
        apiVersion: 'tollgate.dev/v1alpha1',
        kind: 'VirtualKey',
        metadata: { name: 'mike-laptop', namespace: 'prod' },
        spec: {
          owner: 'mike',
          metadata: { user_id: 'mike', n: 1 },
          keyHash: `sha256:${sha256(long)}`,
          display: '…1234',
        },
      },
      {
        apiVersion: 'tollgate.dev/v1alpha1',
        kind: 'VirtualKey',
        metadata: { name: 'raw', namespace: 'prod' },
        spec: { owner: 'raw', keyHash: `sha256:${sha256('sk-raw')}` },
      },
    ]);
    assert.match(done.stderr, /broken in Secret\/prod\/keys: must have exactly one of "key" and "keyHash"/);
    assert.match(done.stderr, /Secret prod\/provider: left out, it has a provider's credential/);
    assert.doesNotMatch(done.stdout + done.stderr, /sk-raw|sk-a-long|sk-provider/);
  });

  test('policies say which Secrets and ConfigMaps have keys', async () => {
    const hashes = `---
apiVersion: v1
kind: ConfigMap
metadata: {name: hashes, namespace: prod, labels: {use: hashes}}
data: {anna: '{"keyHash": "sha256:${sha256('x')}"}'}
`;
    const run = async (spec: string) => {
      const { stdout } = await runProgram(['import', 'agentgateway', '-'], {
        stdin: keys + hashes + policy(spec),
      });
      return documents(stdout).map(({ metadata }) => metadata.name);
    };
    assert.deepEqual(await run('{secretRef: {name: keys}}'), ['mike-laptop', 'raw']);
    assert.deepEqual(await run('{secretSelector: {matchLabels: {use: keys}}}'), ['mike-laptop', 'raw']);
    assert.deepEqual(await run('{configMapSelector: {matchLabels: {use: hashes}}}'), ['anna']);
    const none = await runProgram(['import', 'agentgateway', '-'], {
      stdin: keys + policy('{secretRef: {name: x}}'),
    });
    assert.equal(none.code, 1);
    assert.match(none.stderr, /no policy of the file takes keys from it/);
  });
});

describe('tollgate import litellm', () => {
  const run = (exported: unknown) =>
    runProgram(['import', 'litellm', '-', '-n', 'prod'], { stdin: JSON.stringify(exported) });

  test('a key with everything', async () => {
    const hash = sha256('sk-1');
    const done = await run({
      keys: [
        {
          token: hash,
          key_alias: 'Mike Laptop',
          key_name: 'sk-...9xQz',
          user_id: 'mike',
          team_id: 'platform',
          max_budget: 25.5,
          budget_duration: '30d',
          spend: 3.2,
          rpm_limit: 60,
          tpm_limit: '100000',
          max_parallel_requests: 4,
          models: ['claude-sonnet-5', 'gpt-*'],
          expires: '2027-01-01T00:00:00',
          metadata: { cost_centre: 42, logging: [{ secret: 'hidden-credential' }] },
          permissions: {},
          model_max_budget: { 'gpt-4': 1 },
          updated_at: '2026-01-01',
        },
      ],
    });
    assert.equal(done.code, 0, done.stderr);
    assert.deepEqual(documents(done.stdout), [
      {
        apiVersion: 'tollgate.dev/v1alpha1',
        kind: 'VirtualKey',
        metadata: {
          name: 'mike-laptop',
          namespace: 'prod',
          labels: { 'tollgate.dev/key': 'mike-laptop', team: 'platform' },
        },
        spec: {
          owner: 'mike',
          metadata: { cost_centre: 42, user_id: 'mike', team_id: 'platform' },
          keyHash: `sha256:${hash}`,
          display: 'sk-…9xQz',
          allowedModels: ['claude-sonnet-5', 'gpt-*'],
          expiresAt: '2027-01-01T00:00:00.000Z',
          limits: { requestsPerMinute: 60, tokensPerMinute: 100_000, concurrency: 4 },
        },
      },
      {
        apiVersion: 'tollgate.dev/v1alpha1',
        kind: 'Budget',
        metadata: { name: 'mike-laptop-budget', namespace: 'prod' },
        spec: {
          selector: { matchLabels: { 'tollgate.dev/key': 'mike-laptop' } },
          limit: { usd: '25.50' },
          window: { calendar: 'Month' },
        },
      },
    ]);
    assert.match(done.stderr, /Mike Laptop: metadata\.logging is not carried over/);
    assert.match(done.stderr, /Mike Laptop: not carried over: model_max_budget\n/);
    assert.match(done.stderr, /what it has spent \(3\.2\) is not carried over/);
    assert.match(done.stderr, /1 keys, 1 budgets/);
    assert.doesNotMatch(done.stdout + done.stderr, /hidden-credential/);
  });

  test('nothing becomes wider: what is unclear closes the key, and says so', async () => {
    const done = await run([
      { token: sha256('a'), key_alias: 'a', models: ['all-team-models'] },
      { token: sha256('b'), key_alias: 'b', models: ['all-team-models'], team_models: ['m'] },
      { token: sha256('c'), key_alias: 'c', models: ['no-default-models'] },
      { token: sha256('d'), key_alias: 'd', models: ['all-proxy-models'], blocked: true },
      { token: sha256('e'), key_alias: 'e', expires: 'whenever' },
      { token: sha256('f'), key_alias: 'f', team_id: 'team with spaces', metadata: '{"x": "y"}' },
      { token: 'sk-value', key_alias: 'f' },
      { key_alias: 'g', key_name: 'sk-...1234' },
    ]);
    const specs = documents(done.stdout).map(({ metadata, spec }) => {
      const { disabled, allowedModels, metadata: own } = spec as Record<string, unknown>;
      return [metadata.name, disabled ?? false, allowedModels, own];
    });
    assert.deepEqual(specs, [
      ['a', true, undefined, undefined],
      ['b', false, ['m'], undefined],
      ['c', true, undefined, undefined],
      ['d', true, undefined, undefined],
      ['e', true, undefined, undefined],
      ['f', false, undefined, { x: 'y', team_id: 'team with spaces' }],
      ['f-2', false, undefined, undefined],
    ]);
    assert.ok(done.stdout.includes(sha256('sk-value')));
    assert.doesNotMatch(done.stdout + done.stderr, /sk-value/);
    for (const note of [
      /^a: disabled, because its team's models/m,
      /^e: disabled, because its expires/m,
      /^f: team_id is no label value/m,
      /^g: left out/m,
    ])
      assert.match(done.stderr, note);
  });

  test('the other forms of an export; none is an error', async () => {
    const row = { token: sha256('a'), key_alias: 'a' };
    for (const exported of [[row], { data: [row] }, { key: row.token, info: { key_alias: 'a' } }]) {
      const done = await run(exported);
      assert.deepEqual(
        documents(done.stdout).map(({ metadata }) => metadata.name),
        ['a'],
      );
    }
    const none = await run({ keys: [] });
    assert.deepEqual([none.code, none.stdout], [1, '']);
  });

  test('durations, moments and money as LiteLLM means them', () => {
    for (const [text, window] of [
      ['1d', { calendar: 'Day' }],
      ['24h', { calendar: 'Day' }],
      ['weekly', { calendar: 'Week' }],
      ['1mo', { calendar: 'Month' }],
      ['1h', { calendar: 'Hour' }],
      ['12h', { rolling: '12h' }],
      ['2w', { rolling: '336h' }],
      ['90s', { rolling: '90s' }],
      ['soon', { calendar: 'Day' }],
    ] as const)
      assert.deepEqual(windowOf(text).window, window, text);
    assert.equal(momentOf('2027-01-01 12:00:00+02:00'), '2027-01-01T10:00:00.000Z');
    assert.equal(momentOf('2027-01-01'), '2027-01-01T00:00:00.000Z');
    assert.equal(momentOf('soon'), undefined);
    assert.deepEqual([0, 0.1, 25, 1.000000001, -1, Number.NaN].map(dollarsOf), [
      '0.00',
      '0.10',
      '25.00',
      '1.000000001',
      undefined,
      undefined,
    ]);
    const names = new UniqueNames();
    assert.deepEqual(
      ['A b', 'a-b', '..!', 'x'.repeat(80)].map((name) => names.take(name).slice(0, 64)),
      ['a-b', 'a-b-2', 'key', 'x'.repeat(63)],
    );
  });
});
