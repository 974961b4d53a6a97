import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allKinds } from '../core/resources/kinds.ts';
import { admit } from '../core/resources/validate.ts';
import { demoObjects } from './demo-objects.ts';
import { startText } from './start-text.ts';
import { type UpOptions, upCommand } from './up-options.ts';

async function parse(argv: string[], env: NodeJS.ProcessEnv = {}): Promise<UpOptions> {
  let seen: UpOptions | undefined;
  const command = upCommand(env, async (options) => {
    seen = options;
  });
  command.exitOverride().configureOutput({ writeErr: () => undefined });
  await command.parseAsync(argv, { from: 'user' });
  return seen!;
}

test('defaults are those of the documentation', async () => {
  const options = await parse([], { XDG_DATA_HOME: '/data' });
  assert.deepEqual(options, {
    dataDir: '/data/tollgate',
    demo: false,
    cluster: false,
    issueKeys: false,
    listen: '127.0.0.1',
    providerUrls: {},
    workers: 1,
    metricsLabels: ['user', 'model'],
    metricsLabelValues: 100,
    metricsBudgetGroups: 20,
    apiPort: 7443,
    adminPort: 15000,
    metricsPort: 15020,
    readyPort: 15021,
    rlsPort: 8081,
  });
});

test('provider URLs are checked and may be repeated', async () => {
  const { providerUrls } = await parse([
    '--provider-url',
    'anthropic=http://127.0.0.1:9000/',
    '--provider-url',
    'openai=https://x/v',
  ]);
  assert.deepEqual(providerUrls, { anthropic: 'http://127.0.0.1:9000', openai: 'https://x/v' });
  for (const wrong of ['anthropic', '=http://x', 'anthropic=ftp://x', 'anthropic=http://x?y']) {
    await assert.rejects(parse(['--provider-url', wrong]), /NAME=URL/);
  }
  await assert.rejects(parse(['--api-port', '70000']), /0 to 65535/);
  await assert.rejects(parse(['--workers', '0']), /1 to 64/);
  await assert.rejects(parse(['--nonsense']), /unknown option/);
});

test('the demo applies what a real API server would accept', () => {
  for (const object of demoObjects('sk')) {
    const kind = allKinds.find((k) => k.kind === object.kind)!;
    const { strictErrors, causes } = admit(kind, object);
    assert.deepEqual([...strictErrors, ...causes], [], object.kind);
  }
});

test('the printed text follows the live counter', () => {
  const info = {
    address: '127.0.0.1',
    api: { url: 'https://127.0.0.1:7443', kubeconfigPath: '/k' },
    loginUrl: 'http://127.0.0.1:1/?login=code',
    ports: { metrics: 2, ready: 3, rls: 4 },
  };
  const demo = { provider: 'sample' as const, mikeUsed: 0, resetsAtSeconds: 1_795_478_400 };
  assert.match(startText({ ...info, demo }), /200 the first time, 429 the second/);
  const spent = startText({ ...info, demo: { ...demo, mikeUsed: 220 } });
  assert.match(spent, /mike has used 220 of his 100 tokens: he is refused until 2026-11-24 00:00 UTC/);
  assert.match(spent, /demo reset/);
  assert.match(startText(info), /kubectl apply/);
});
