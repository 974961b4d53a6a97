/** envoyproxy/ratelimit itself, with a Redis of its own: a binary that somebody built elsewhere. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { RedisConnection } from '../../../src/storage/redis/connection.ts';
import { startRedis } from '../../../src/storage/redis/redis-server.fixture.ts';
import { freePort } from '../free-port.ts';
import type { Peer, Recording, Scenario } from './scenario.ts';

const flushMs = 20;

export interface Original extends Peer {
  pid: number;
  redisPid: number;
  redisUrl: string;
}

export async function startOriginal(
  binary: string,
  scenario: Pick<Scenario, 'settings' | 'files'>,
): Promise<Original> {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-original-'));
  writeFiles(join(directory, 'limits', 'config'), scenario.files);
  const redis = await startRedis();
  const [grpcPort, httpPort, debugPort, metricsPort] = await Promise.all([
    freePort(),
    freePort(),
    freePort(),
    freePort(),
  ]);
  const child = spawn(binary, [], {
    env: {
      RUNTIME_ROOT: directory,
      RUNTIME_SUBDIRECTORY: 'limits',
      RUNTIME_WATCH_ROOT: 'false',
      REDIS_SOCKET_TYPE: 'tcp',
      REDIS_URL: `127.0.0.1:${redis.port}`,
      EXPIRATION_JITTER_MAX_SECONDS: '0',
      USE_STATSD: 'false',
      USE_PROMETHEUS: 'true',
      PROMETHEUS_ADDR: `127.0.0.1:${metricsPort}`,
      STATS_FLUSH_INTERVAL: `${flushMs}ms`,
      LOG_FORMAT: 'json',
      LOG_LEVEL: 'ERROR',
      HOST: '127.0.0.1',
      GRPC_HOST: '127.0.0.1',
      DEBUG_HOST: '127.0.0.1',
      PORT: `${httpPort}`,
      GRPC_PORT: `${grpcPort}`,
      DEBUG_PORT: `${debugPort}`,
      ...scenario.settings,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const log = textOf(child);
  const raw = new RedisConnection({ url: redis.url, timeoutMs: 2_000, nowMs: Date.now });
  const close = async () => {
    raw.close();
    child.kill('SIGKILL');
    await redis.stop();
    rmSync(directory, { recursive: true });
  };
  const metricsUrl = `http://127.0.0.1:${metricsPort}/metrics`;
  for (const url of [`http://127.0.0.1:${httpPort}/healthcheck`, metricsUrl])
    await reachable(child, url, log);
  return {
    grpcPort,
    httpPort,
    rulesUrl: `http://127.0.0.1:${debugPort}/rlconfig`,
    pid: child.pid!,
    redisPid: redis.pid,
    redisUrl: redis.url,
    error: () => refusalIn(log()),
    metrics: () => settledText(metricsUrl),
    keys: () => keysIn(raw),
    close,
  };
}

export function writeFiles(directory: string, files: Scenario['files']): void {
  mkdirSync(directory, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
}

function textOf(child: ChildProcess): () => string {
  let text = '';
  child.stderr!.on('data', (chunk: Buffer) => {
    text += chunk;
  });
  return () => text;
}

async function reachable(child: ChildProcess, url: string, log: () => string): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    if (child.exitCode !== null) throw new Error(`the original ended: ${log()}`);
    try {
      await (await fetch(url)).text();
      return;
    } catch {
      await delay(10);
    }
  }
  throw new Error(`the original does not answer at ${url}`);
}

function refusalIn(log: string): string | undefined {
  for (const line of log.split('\n').reverse()) {
    const [, text] = /"@message":"Error loading new configuration: (.*?[^\\])"[,}]/.exec(line) ?? [];
    if (text !== undefined) return JSON.parse(`"${text}"`) as string;
  }
  return undefined;
}

/** It tells its counts every few milliseconds: taken when two looks agree. */
async function settledText(url: string): Promise<string> {
  const look = async () => {
    const text = await (await fetch(url)).text();
    return text
      .split('\n')
      .filter((line) => line.startsWith('ratelimit_service_'))
      .sort()
      .join('\n');
  };
  await delay(3 * flushMs);
  let before = await look();
  for (;;) {
    await delay(2 * flushMs);
    const now = await look();
    if (now === before) return now;
    before = now;
  }
}

export async function keysIn(redis: RedisConnection): Promise<Recording['keys']> {
  const names = (await redis.send(['KEYS', '*'])) as string[];
  const keys: Recording['keys'] = {};
  for (const name of names.sort()) {
    const [value, ttl] = await Promise.all([redis.send(['GET', name]), redis.send(['TTL', name])]);
    keys[name] = { value: String(value), ttl: Number(ttl) };
  }
  return keys;
}
