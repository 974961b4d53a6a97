/**
 * `node bin/run.mjs bench/keys.ts [keys…]`: for each number of VirtualKeys (default 10,000 and 100,000): the controller's start, one key
 * created and in force, one changed, one deleted; a look-up by the data path; memory. Everything in one process, nothing listens.
 */
import { hash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyObjects } from '../src/apiserver/apply-objects.ts';
import { openRegistry } from '../src/apiserver/registry/registry.ts';
import { createEmbeddedResourceAccess } from '../src/apiserver/resource-access.ts';
import { createEmbeddedResourceSource } from '../src/apiserver/resource-source.ts';
import { demoObjects } from '../src/cli/demo-objects.ts';
import { type Controller, startController } from '../src/controller/controller.ts';
import { newKeyValue } from '../src/core/keys/key-value.ts';
import { allKinds } from '../src/core/resources/kinds.ts';
import type { KubeObject } from '../src/core/resources/object.ts';
import { SharedKeyReader, SharedKeyWriter } from '../src/storage/memory/shared-keys.ts';
import { openResourceStore } from '../src/storage/sqlite/resource-store.ts';

const namespace = 'agentgateway-system';
const counts = process.argv.slice(2).map(Number);
for (const count of counts.length > 0 ? counts : [10_000, 100_000]) await measure(count);

function keyObject(n: number): KubeObject {
  return {
    apiVersion: 'tollgate.dev/v1alpha1',
    kind: 'VirtualKey',
    metadata: { namespace, name: `key-${n}`, labels: { team: `team-${n % 100}`, department: `d-${n % 7}` } },
    spec: {
      owner: `person-${n % 5_000}`,
      metadata: { user_id: `person-${n % 5_000}` },
      keyHash: `sha256:${hash('sha256', `key ${n}`)}`,
      display: `tg_…${n}`,
      allowedModels: ['claude-*'],
    },
  };
}

async function measure(count: number): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-keys-'));
  const say = (what: string, figure: string) => process.stdout.write(`${count} keys, ${what}: ${figure}\n`);
  fill(directory, count);
  let before = performance.now();
  const world = await start(directory);
  say('start until all are in force', `${Math.round(performance.now() - before)} ms`);
  const { access, settled, find } = world;
  const change = async (what: string, write: (n: number) => Promise<unknown>) => {
    const took: number[] = [];
    for (let n = 0; n < 9; n++) {
      before = performance.now();
      await write(n);
      await settled();
      took.push(performance.now() - before);
    }
    say(what, `${took.sort((a, b) => a - b)[4]!.toFixed(1)} ms`);
  };
  await change('one created and in force', (n) => access.create(keyObject(count + n)));
  await change('one changed', (n) => {
    const name = `key-${Math.floor(count / 2) + n}`;
    const live = access.get({ group: 'tollgate.dev', kind: 'VirtualKey', namespace, name })!;
    return access.update({ ...live, spec: { ...(live['spec'] as object), disabled: true } });
  });
  await change('one deleted', (n) =>
    access.delete({ group: 'tollgate.dev', kind: 'VirtualKey', namespace, name: `key-${count + n}` }),
  );
  const hashes = Array.from({ length: 200_000 }, (_, n) => hash('sha256', `key ${(n * 7_919) % count}`));
  before = performance.now();
  for (const one of hashes) if (find(one) === undefined) throw new Error('a key is missing');
  say(
    'look-up, of keys in turn',
    `${(((performance.now() - before) * 1_000) / hashes.length).toFixed(2)} µs`,
  );
  const one = hashes[0]!;
  before = performance.now();
  for (let n = 0; n < 200_000; n++) find(one);
  say('look-up, of the same', `${(((performance.now() - before) * 1_000) / 200_000).toFixed(2)} µs`);
  say('memory (RSS)', `${Math.round(process.memoryUsage.rss() / 2 ** 20)} MiB`);
  await world.stop();
  rmSync(directory, { recursive: true });
}

/** As a former run left them, with statuses. */
function fill(directory: string, count: number): void {
  const store = openResourceStore(directory);
  const registry = openRegistry({ store, kinds: allKinds, now: () => new Date() });
  applyObjects(registry, demoObjects('sk-provider'));
  const at = '2026-11-25T00:00:00Z';
  for (let first = 0; first < count; first += 10_000) {
    const keys = Array.from({ length: Math.min(10_000, count - first) }, (_, n) => keyObject(first + n));
    store.commit(keys.map((key) => ({ type: 'put', object: asStored(key, at) })));
  }
  store.close();
}

function asStored(key: KubeObject, at: string): KubeObject {
  const { keyHash, display } = key['spec'] as Record<string, string>;
  const metadata = {
    ...key.metadata,
    uid: hash('md5', key.metadata.name),
    creationTimestamp: at,
    generation: 1,
  };
  const accepted = {
    type: 'Accepted',
    status: 'True',
    reason: 'Valid',
    message: 'The key opens its Gateways',
    lastTransitionTime: at,
    observedGeneration: 1,
  };
  return { ...key, metadata, status: { display, keyHash, conditions: [accepted] } };
}

async function start(directory: string) {
  const store = openResourceStore(directory);
  const registry = openRegistry({ store, kinds: allKinds, now: () => new Date() });
  const source = createEmbeddedResourceSource(registry);
  await source.start();
  const writer = new SharedKeyWriter();
  const reader = new SharedKeyReader(writer.handle);
  const controller: Controller = startController({
    source,
    publish: async (snapshot) => {
      structuredClone(snapshot);
      return {};
    },
    publishKeys: async (changes) => {
      if (writer.apply(changes)) reader.use(writer.handle);
    },
    compile: { sha256: (text) => hash('sha256', text), providerUrls: {}, address: '127.0.0.1' },
    nowRfc3339: () => '2026-11-25T00:00:00Z',
    newKeyValue: () => newKeyValue(randomBytes),
    retryBindMs: 60_000,
    ownsObjects: true,
    log: { error: (fields, message) => process.stderr.write(`${message} ${JSON.stringify(fields)}\n`) },
  });
  await controller.ready;
  return {
    access: createEmbeddedResourceAccess(registry),
    settled: async () => {
      await new Promise((resolve) => setImmediate(resolve));
      await controller.settled();
    },
    find: (sha256: string) => reader.find(sha256),
    stop: async () => {
      await controller.stop();
      store.close();
    },
  };
}
