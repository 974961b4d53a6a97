/** A server on a free port over a fresh data directory, and the real kubectl pointed at it. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { allKinds } from '../core/resources/kinds.ts';
import type { NewAuditEntry } from '../storage/audit-log.ts';
import { createResourceStore } from '../storage/memory/resource-store.ts';
import { openResourceStore } from '../storage/sqlite/resource-store.ts';
import type { RegistryContext } from './registry/context.ts';
import { openRegistry } from './registry/registry.ts';
import { type ApiServer, startApiServer } from './server.ts';

/** Asked once: what the tests say when there is none. */
export const kubectlMissing =
  spawnSync('kubectl', ['version', '--client']).status === 0 ? false : 'kubectl is not installed: skipped';

export interface Output {
  code: number;
  stdout: string;
  stderr: string;
}
export interface HttpAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
  json: () => Record<string, unknown>;
}

export interface TestServer {
  directory: string;
  registry: RegistryContext;
  audited: NewAuditEntry[];
  server: ApiServer;
  credentials: { ca: Buffer; authorization: string };
  kubectl: (args: string, stdin?: string, environment?: Record<string, string>) => Promise<Output>;
  http: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<HttpAnswer>;
  close: () => Promise<void>;
}

/** `onDisk`: over the embedded store, which has VirtualKeys on disk. */
export async function startTestServer(onDisk = false): Promise<TestServer> {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-api-'));
  const store = onDisk ? openResourceStore(directory) : createResourceStore();
  const registry = openRegistry({ store, kinds: allKinds, now: () => new Date() });
  const errors: unknown[] = [];
  const audited: NewAuditEntry[] = [];
  const server = await startApiServer({
    registry,
    dataDir: directory,
    port: 0,
    audit: (entries) => void audited.push(...entries),
    onError: (error) => {
      errors.push(error);
      console.error(error);
    },
  });
  const config = parse(readFileSync(server.kubeconfigPath, 'utf8'));
  const token: string = config.users[0].user.token;
  const ca = Buffer.from(config.clusters[0].cluster['certificate-authority-data'], 'base64');
  return {
    directory,
    registry,
    audited,
    server,
    credentials: { ca, authorization: `Bearer ${token}` },
    kubectl: (args, stdin, environment) => kubectl(server, directory, args, stdin, environment),
    http: (method, path, body, headers) =>
      http(server.url + path, method, body, { authorization: `Bearer ${token}`, ...headers }, ca),
    close: async () => {
      await server.close();
      store.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** `args` is split at spaces; a part in single quotes stays whole. */
function kubectl(
  server: ApiServer,
  directory: string,
  args: string,
  stdin = '',
  environment = {},
): Promise<Output> {
  const parts = [...args.matchAll(/(?:[^\s']|'[^']*')+/g)].map(([part]) => part.replaceAll("'", ''));
  const fixed = ['--kubeconfig', server.kubeconfigPath, '--cache-dir', join(directory, 'cache')];
  const child = spawn('kubectl', [...fixed, ...parts], { env: { ...process.env, ...environment } });
  const output: Output = { code: -1, stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (output.stdout += chunk));
  child.stderr.on('data', (chunk) => (output.stderr += chunk));
  child.stdin.on('error', () => {});
  child.stdin.end(stdin);
  return new Promise((resolve) => child.on('close', (code) => resolve({ ...output, code: code ?? -1 })));
}

function http(
  url: string,
  method: string,
  body: unknown,
  headers: Record<string, string>,
  ca: Buffer,
): Promise<HttpAnswer> {
  const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const call = request(url, {
      method,
      ca,
      servername: 'localhost',
      agent: false,
      headers: {
        ...(text !== undefined && {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(text),
        }),
        ...headers,
      },
    });
    call.on('error', reject);
    call.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const answer = Buffer.concat(chunks).toString();
        resolve({
          status: response.statusCode!,
          headers: response.headers,
          body: answer,
          json: () => JSON.parse(answer),
        });
      });
    });
    call.end(text);
  });
}
