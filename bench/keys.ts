/**
 * `node bin/run.mjs bench/keys.ts [keys…]`: for each number of VirtualKeys (default 1,000 and 100,000): how long they take to write,
 * look-ups as a data path thread makes them, and a gateway that finds them in its data directory: its start, memory, changes, pages.
 * CPU is told beside the time: on a machine that others use too it is what can be compared.
 */
import { hash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { KubeObject } from '../src/core/resources/object.ts';
import { openResourceStore } from '../src/storage/sqlite/resource-store.ts';
import { SqliteKeyReader } from '../src/storage/sqlite/virtual-key-reader.ts';
import { startGateway } from '../test/support/gateway.ts';
import { cpuMicros, median, residentMiB } from './process-figures.ts';

const namespace = 'agentgateway-system';
const importPage = 1_000;
const pageRounds = 20;
const counts = process.argv.slice(2).map(Number);
for (const count of counts.length > 0 ? counts : [1_000, 100_000]) await measure(count);

function cpuOf(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

type Say = (what: string, figure: string) => void;

async function measure(count: number): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-keys-'));
  const say: Say = (what, figure) => process.stdout.write(`${count} keys, ${what}: ${figure}\n`);
  try {
    fill(directory, count, say);
    await lookUp(directory, count, say);
    await serve(directory, count, say);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** As a former run left them, with statuses. */
function fill(directory: string, count: number, say: Say): void {
  const before = performance.now();
  const used = process.cpuUsage();
  const store = openResourceStore(directory);
  for (let first = 0; first < count; first += 10_000) {
    const keys = Array.from({ length: Math.min(10_000, count - first) }, (_, n) => keyObject(first + n));
    store.commit(keys.map((object) => ({ type: 'put', object })));
  }
  store.close();
  const seconds = (performance.now() - before) / 1_000;
  say('written, 10,000 in a transaction', `${seconds.toFixed(1)} s, ${(cpuOf(used) / 1e6).toFixed(1)} s CPU`);
  const { size } = statSync(join(directory, 'resources.db'));
  say('on disk', `${Math.round(size / 2 ** 20)} MiB`);
}

function keyObject(n: number): KubeObject {
  const at = '2026-11-25T00:00:00Z';
  const keyHash = `sha256:${hash('sha256', `key ${n}`)}`;
  const owner = `person-${n % 5_000}`;
  const [conditionOf, display] = [{ type: 'Accepted', status: 'True', reason: 'Valid' }, `tg_…${n}`];
  const accepted = { ...conditionOf, message: 'The key opens its Gateways', lastTransitionTime: at };
  return {
    apiVersion: 'tollgate.dev/v1alpha1',
    kind: 'VirtualKey',
    metadata: {
      ...{ namespace, name: `key-${n}`, labels: { team: `team-${n % 100}`, department: `d-${n % 7}` } },
      ...{ uid: hash('md5', `key-${n}`), creationTimestamp: at, generation: 1 },
    },
    spec: { owner, metadata: { user_id: owner }, keyHash, display, allowedModels: ['claude-*'] },
    status: { display, keyHash, conditions: [{ ...accepted, observedGeneration: 1 }] },
  };
}

async function lookUp(directory: string, count: number, say: Say): Promise<void> {
  const store = openResourceStore(directory);
  const { handle } = store.keys!;
  const reader = new SqliteKeyReader(handle);
  const looks = 20_000;
  const timed = (what: string, hashes: readonly string[], isKnown: boolean) => {
    const before = performance.now();
    const used = process.cpuUsage();
    for (const one of hashes)
      if ((reader.find(one) !== undefined) !== isKnown)
        throw new Error(`a key is ${isKnown ? 'missing' : 'made up'}`);
    const micros = ((performance.now() - before) * 1_000) / hashes.length;
    const cpu = cpuOf(used) / hashes.length;
    say(`look-up, ${what}`, `${micros.toFixed(2)} µs, ${cpu.toFixed(2)} µs CPU`);
  };
  const valuesOf = (prefix: string) =>
    Array.from({ length: looks }, (_, n) => hash('sha256', `${prefix} ${(n * 7_919) % count}`));
  timed('unknown, before the filter is read', valuesOf('nobody'), false);
  const before = performance.now();
  const versions = new Int32Array(handle.marks.versions);
  while (versions.at(-1) === 0) await new Promise((resolve) => setImmediate(resolve));
  say('filter of unknown values read', `${Math.round(performance.now() - before)} ms`);
  timed('unknown', valuesOf('nobody'), false);
  const known = valuesOf('key');
  timed('known, read for the first time', [...new Set(known)], true);
  timed('known, read before', known.slice(-Math.min(count, 10_000)), true);
  reader.close();
  store.close();
}

async function serve(directory: string, count: number, say: Say): Promise<void> {
  let before = performance.now();
  const gateway = await startGateway({ dataDir: directory, args: ['--demo'] });
  const ask = async (key: string) => {
    const response = await fetch(`http://${gateway.address}:8080/anthropic`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'claude-sonnet-5', messages: [{ role: 'user', content: 'Hello' }] }),
    });
    await response.arrayBuffer();
    return response.status;
  };
  try {
    if ((await ask(`key ${count - 1}`)) !== 200) throw new Error('the last key does not open');
    const took = Math.round(performance.now() - before);
    say('start to the first 200', `${took} ms, ${Math.round(cpuMicros(gateway.pid) / 1_000)} ms CPU`);
    await delay(3_000);
    say('memory (RSS), 3 s after the start', `${Math.round(residentMiB(gateway.pid))} MiB`);
    const admin = adminOf(gateway.address, directory);
    before = performance.now();
    const keys = Array.from({ length: importPage }, (_, n) => ({
      name: `imported-${n}`,
      keyHash: `sha256:${hash('sha256', `import ${n}`)}`,
    }));
    await admin('POST', '/keys:import', { keys });
    say('1,000 more by POST /keys:import', `${Math.round(performance.now() - before)} ms`);
    await measureChanges(admin, ask, say);
    await measurePages(admin, () => cpuMicros(gateway.pid), count, say);
    say('memory (RSS) after that', `${Math.round(residentMiB(gateway.pid))} MiB`);
  } finally {
    await gateway.stop();
  }
}

type Admin = (method: string, path: string, body?: unknown) => Promise<{ value?: string }>;

function adminOf(address: string, directory: string): Admin {
  const token = readFileSync(join(directory, 'admin-token'), 'utf8').trim();
  return async (method, path, body) => {
    const response = await fetch(`http://${address}:15000/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? {} : (JSON.parse(text) as { value?: string });
  };
}

async function measureChanges(admin: Admin, ask: (key: string) => Promise<number>, say: Say): Promise<void> {
  const took = { created: [] as number[], disabled: [] as number[], deleted: [] as number[] };
  const timed = async (
    what: keyof typeof took,
    change: Promise<{ value?: string }>,
    value: string | undefined,
    status: number,
  ) => {
    const before = performance.now();
    const answer = await change;
    took[what].push(performance.now() - before);
    const answered = await ask(answer.value ?? value!);
    if (answered !== status) throw new Error(`a key that was ${what} is answered ${answered}`);
    return answer.value ?? value;
  };
  for (let n = 0; n < 15; n++) {
    const path = `/keys/${namespace}/new-${n}`;
    const value = await timed('created', admin('POST', '/keys', { name: `new-${n}` }), undefined, 200);
    await timed('disabled', admin('PATCH', path, { disabled: true }), value, 401);
    await timed('deleted', admin('DELETE', path), value, 401);
  }
  for (const [what, times] of Object.entries(took))
    say(`one ${what}, until answered`, `${median(times).toFixed(1)} ms`);
}

async function measurePages(admin: Admin, cpu: () => number, count: number, say: Say): Promise<void> {
  const pages = {
    'first page': '',
    'page in the middle': `&offset=${Math.floor(count / 2)}`,
    'last page': `&offset=${count - 50}`,
    'page behind a key': `&after=${namespace}/key-${Math.floor(count / 2)}`,
    'by owner': '&sort=owner&order=desc',
    'by spend': '&sort=spend&order=desc',
    'by last use': '&sort=lastUsedAt&order=desc',
    'search, one key': `&search=key-${count - 1}`,
    'search, one person': '&search=person-42',
    'search, one team': '&search=team-42',
    'search, all keys': '&search=agentgateway',
    'search, nothing': '&search=nobody-has-this',
    'search, two characters': '&search=zz',
    'search and status': '&search=person&status=disabled',
    'status active': '&status=active',
    'status expired': '&status=expired',
  };
  for (const [what, query] of Object.entries(pages)) {
    const took: number[] = [];
    const used = cpu();
    for (let n = 0; n < pageRounds; n++) {
      const before = performance.now();
      await admin('GET', `/keys?limit=50${query}`);
      took.push(performance.now() - before);
    }
    const each = (cpu() - used) / 1_000 / pageRounds;
    say(`page of 50, ${what}`, `${median(took).toFixed(1)} ms, ${each.toFixed(1)} ms CPU`);
  }
}
