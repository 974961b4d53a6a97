/** A Redis server of its own for a test, on a free port of the loopback. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../test/support/free-port.ts';

export interface TestRedis {
  port: number;
  url: string;
  pid: number;
  stop(): Promise<void>;
}

/** `TOLLGATE_TEST_REDIS` names another: a Valkey, or another version. */
const server = process.env['TOLLGATE_TEST_REDIS'] ?? 'redis-server';

/** The reason why tests that need a server can't run here; false when they can. */
export const noRedis: string | false =
  spawnSync(server, ['--version']).status === 0 ? false : `${server} is not installed`;

export async function startRedis(
  options: { port?: number; args?: string[]; tls?: boolean; binary?: string } = {},
): Promise<TestRedis> {
  const port = options.port ?? (await freePort());
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-redis-'));
  const args = [
    ...(options.tls ? ['--port', '0', '--tls-port', String(port)] : ['--port', String(port)]),
    '--bind',
    '127.0.0.1',
    '--dir',
    directory,
    '--save',
    '',
    ...(options.args ?? []),
  ];
  const stop = () => rmSync(directory, { recursive: true, force: true });
  const redis = await startRedisWith(args, port, 'Ready to accept connections', options.binary);
  return {
    ...redis,
    url: `${options.tls ? 'rediss' : 'redis'}://127.0.0.1:${port}`,
    stop: () => redis.stop().then(stop),
  };
}

/** `readyText` is what it prints when it serves. */
export async function startRedisWith(
  args: string[],
  port: number,
  readyText: string,
  binary = server,
): Promise<TestRedis> {
  const child = spawn(binary, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  await ready(child, readyText);
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    pid: child.pid!,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function ready(child: ChildProcess, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout!.on('data', (chunk: Buffer) => {
      output += chunk;
      if (output.includes(text)) resolve();
    });
    child.once('exit', () => reject(new Error(output)));
  });
}
