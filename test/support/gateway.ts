/** Starts the real program, as a user would, on a loopback address of its own so that its fixed ports never clash. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export const root = join(import.meta.dirname, '..', '..');
/** As `npm start` sets it, see scripts/setup.mjs. */
const compileCache = join(root, 'node_modules', '.cache', 'tollgate');

export interface Gateway {
  address: string;
  dataDir: string;
  kubeconfig: string;
  pid: number;
  output(): string;
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface GatewayOptions {
  args?: string[];
  env?: Record<string, string>;
  address?: string;
  dataDir?: string;
  /** Readiness needs every Gateway of the data directory; false waits only for the process's liveness. */
  waitReady?: boolean;
  /** How long it may take to be ready. */
  readyMs?: number;
}

/** A start costs three seconds of CPU, of which a busy machine has little; the long form runs in the background of other work. */
const readyMs = process.env['TOLLGATE_TEST_LONG'] === '1' ? 120_000 : 60_000;

let nextAddress = 1;

/** 127.x.y.z from the process id: parallel test files and leftovers of an earlier run never meet. */
export function ownAddress(): string {
  return `127.${1 + (process.pid % 250)}.${1 + (Math.floor(process.pid / 250) % 250)}.${nextAddress++}`;
}

export function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'tollgate-test-'));
}

export async function startGateway(options: GatewayOptions = {}): Promise<Gateway> {
  const address = options.address ?? ownAddress();
  const dataDir = options.dataDir ?? temporaryDirectory();
  const args = ['up', '--listen', address, '--data-dir', dataDir, ...(options.args ?? [])];
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(root, 'src/main.ts'), ...args],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { NODE_COMPILE_CACHE: compileCache, ...withoutSecrets(process.env), ...options.env },
    },
  );
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  await waitFor(
    child,
    `http://${address}:15021/healthz/${options.waitReady === false ? 'live' : 'ready'}`,
    () => output,
    options.readyMs ?? readyMs,
  );
  return {
    address,
    dataDir,
    kubeconfig: join(dataDir, 'kubeconfig'),
    pid: child.pid!,
    output: () => output,
    stop: (signal = 'SIGTERM') => stop(child, signal),
  };
}

export function removeDirectory(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

function withoutSecrets(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { ANTHROPIC_API_KEY: _, KUBECONFIG: __, ...rest } = env;
  return rest;
}

async function waitFor(
  child: ChildProcess,
  url: string,
  output: () => string,
  withinMs: number,
): Promise<void> {
  const isLive = url.endsWith('/live');
  const deadline = Date.now() + withinMs;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`tollgate ended with ${child.exitCode}:\n${output()}`);
    const answer = await fetch(url).catch(() => undefined);
    await answer?.body?.cancel();
    // Its own word too: another gateway, left over from a run that was killed, may answer at this address.
    if (answer?.status === 200 && (isLive || output().includes('Tollgate is up'))) return;
    if (Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`${url} did not answer 200 within ${withinMs / 1000} s:\n${output()}`);
    }
    await delay(20);
  }
}

async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
  return child.exitCode;
}
