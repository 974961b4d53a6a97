/** A Postgres server of its own for a test, on a free port of the loopback, with a password drawn for it. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../test/support/free-port.ts';

export interface TestPostgres {
  port: number;
  password: string;
  /** Of a new, empty database. */
  createDatabase(): Promise<string>;
  /** Ends at once, as a power cut would; `start` brings it back with its data. */
  kill(): Promise<void>;
  /** `kill -9` of the process that started all others: they notice, and end by themselves. */
  crash(): Promise<void>;
  /** Process ids of those that serve a database's clients. */
  backends(url: string): Promise<number[]>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const binaries = findBinaries();
/** Postgres does not run as root. */
const owner = process.getuid?.() === 0 ? (userIds('postgres') ?? userIds('nobody')) : undefined;

/** The reason why tests that need a server can't run here; false when they can. */
export const noPostgres: string | false =
  binaries === undefined
    ? 'postgresql is not installed'
    : process.getuid?.() === 0 && owner === undefined
      ? 'there is no user postgres or nobody to run the server as'
      : false;

/** The files of a new, empty server. */
function makeCluster(): { directory: string; data: string; password: string } {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-postgres-'));
  const password = randomBytes(12).toString('hex');
  const passwordFile = join(directory, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (owner !== undefined)
    for (const path of [directory, passwordFile]) chownSync(path, owner.uid, owner.gid);
  const data = join(directory, 'data');
  const access = ['-D', data, '-U', 'tollgate', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`];
  const init = [...access, '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'];
  const made = spawnSync(join(binaries!, 'initdb'), init, { ...owner });
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`);
  return { directory, data, password };
}

export async function startPostgres(settings: Record<string, string> = {}): Promise<TestPostgres> {
  const { directory, data, password } = makeCluster();
  const port = await freePort();
  const given = { fsync: 'off', ...settings };
  const args = Object.entries(given).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  let child: ChildProcess | undefined;
  const start = async () => {
    // After `kill -9` those that the last one started may not have ended yet.
    for (let tries = 1; ; tries++) {
      const fault: unknown = await startOnce().catch((error: unknown) => error);
      if (fault === undefined) return;
      if (tries === 20 || !/lock file|shared memory/.test(String(fault))) throw fault;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  const startOnce = async () => {
    const at = ['-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-k', directory];
    child = spawn(join(binaries!, 'postgres'), [...at, ...args], {
      ...owner,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    await ready(child);
  };
  const end = async (signal: NodeJS.Signals) => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child!.once('exit', resolve));
    child.kill(signal);
    await ended;
  };
  await start();
  const urlOf = (database: string) => `postgres://tollgate:${password}@127.0.0.1:${port}/${database}`;
  let databases = 0;
  const backends = async (url: string) => {
    const { default: postgres } = await import('postgres');
    const sql = postgres(urlOf('postgres'), { max: 1, fetch_types: false });
    const name = new URL(url).pathname.slice(1);
    const rows = await sql.unsafe('SELECT pid FROM pg_stat_activity WHERE datname = $1', [name]);
    await sql.end();
    return rows.map(({ pid }) => Number(pid));
  };
  return {
    port,
    password,
    createDatabase: async () => {
      const { default: postgres } = await import('postgres');
      const sql = postgres(urlOf('postgres'), { max: 1, fetch_types: false });
      const name = `test_${++databases}`;
      await sql.unsafe(`CREATE DATABASE ${name}`);
      await sql.end();
      return urlOf(name);
    },
    start,
    // Immediate shutdown: backends end without a checkpoint, so that the next start recovers.
    kill: () => end('SIGQUIT'),
    crash: () => end('SIGKILL'),
    backends,
    stop: async () => {
      await end('SIGQUIT');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** To processes that may have ended meanwhile. */
export function signal(pids: Iterable<number>, name: NodeJS.Signals): void {
  for (const pid of pids)
    try {
      process.kill(pid, name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
}

function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    child.stderr!.on('data', (chunk: Buffer) => {
      output += chunk;
      if (output.includes('ready to accept connections')) resolve();
    });
    child.once('exit', () => reject(new Error(output)));
  });
}

/** Debian keeps the server out of the path, one directory for each version. */
function findBinaries(): string | undefined {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  const places = [
    ...versions.map((version) => join(root, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(':'),
  ];
  return places.find((place) => existsSync(join(place, 'initdb')) && existsSync(join(place, 'postgres')));
}

function userIds(name: string): { uid: number; gid: number } | undefined {
  const id = (flag: string) => spawnSync('id', [flag, name], { encoding: 'utf8' });
  const [uid, gid] = [id('-u'), id('-g')];
  return uid.status === 0 ? { uid: Number(uid.stdout), gid: Number(gid.stdout) } : undefined;
}
