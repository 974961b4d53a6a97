/** The real program as a child, with its streams piped and a clean environment. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type AdminApi, fixtureToken, startAdminApi } from './admin-api.fixture.ts';

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

const main = join(import.meta.dirname, '..', 'main.ts');

export async function runProgram(
  args: readonly string[],
  { env = {}, stdin = '' }: { env?: Record<string, string>; stdin?: string } = {},
): Promise<Finished> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...args], {
    stdio: 'pipe',
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', ...env },
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(stdin);
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, stdout, stderr };
}

export interface World {
  api: AdminApi;
  directory: string;
  /** Runs a command that talks to the fixture. */
  run(args: readonly string[], options?: { env?: Record<string, string>; stdin?: string }): Promise<Finished>;
  file(name: string, content: string): string;
  close(): Promise<void>;
}

/** A fixture of the admin API, and a data directory with its token. */
export async function startWorld(): Promise<World> {
  const api = await startAdminApi();
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-cli-'));
  writeFileSync(join(directory, 'admin-token'), `${fixtureToken}\n`);
  const env = { TOLLGATE_ADMIN_URL: api.url, TOLLGATE_DATA_DIR: directory };
  return {
    api,
    directory,
    run: (args, options = {}) => runProgram(args, { ...options, env: { ...env, ...options.env } }),
    file: (name, content) => {
      const path = join(directory, name);
      writeFileSync(path, content);
      return path;
    },
    close: async () => {
      await api.close();
      rmSync(directory, { recursive: true });
    },
  };
}
