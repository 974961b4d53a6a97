/** A gateway that finds very many VirtualKeys: its start, memory, changes and pages, as `bench/keys.ts` measures them. */
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startGateway } from '../test/support/gateway.ts';
import { cpuMicros, median, residentMiB } from './process-figures.ts';

export const namespace = 'agentgateway-system';
const importPage = 1_000;
const pageRounds = 20;
const startMs = 3_600_000;

export type Say = (what: string, figure: string) => void;

interface ServeOptions {
  env?: Record<string, string>;
  /** Which start it is. */
  what?: string;
  onlyStart?: boolean;
}

export async function serve(
  directory: string,
  count: number,
  say: Say,
  { env = {}, what = 'start', onlyStart = false }: ServeOptions = {},
): Promise<void> {
  let before = performance.now();
  const gateway = await startGateway({ dataDir: directory, args: ['--demo'], env, readyMs: startMs });
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
    say(`${what} to the first 200`, `${took} ms, ${Math.round(cpuMicros(gateway.pid) / 1_000)} ms CPU`);
    await delay(3_000);
    say(`memory (RSS), 3 s after the ${what}`, `${Math.round(residentMiB(gateway.pid))} MiB`);
    if (onlyStart) return;
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
