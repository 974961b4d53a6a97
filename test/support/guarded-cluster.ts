/**
 * A cluster for another gateway: the embedded API in this process, behind a door that refuses what the account has no right to, as
 * a real API server does. The door can also hold back what the watches tell.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { request as requestTls } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { parse } from 'yaml';
import { applyObjects } from '../../src/apiserver/apply-objects.ts';
import type { RegistryContext } from '../../src/apiserver/registry/context.ts';
import { openRegistry } from '../../src/apiserver/registry/registry.ts';
import { startApiServer } from '../../src/apiserver/server.ts';
import { allKinds } from '../../src/core/resources/kinds.ts';
import type { KubeObject } from '../../src/core/resources/object.ts';
import type { ResourceStore } from '../../src/storage/resource-store.ts';
import { openResourceStore } from '../../src/storage/sqlite/resource-store.ts';
import { removeDirectory, temporaryDirectory } from './gateway.ts';
import { type Access, accessOf, allows, type Rule } from './manifest-rights.ts';

export interface GuardedCluster {
  store: ResourceStore;
  registry: RegistryContext;
  /** Of the account whose rights are `rules`. */
  kubeconfig: string;
  rules: readonly Rule[];
  /** What was asked for, as `verb group/resource`. */
  asked: Set<string>;
  /** While set, the watches tell nothing. */
  watchesHeld: boolean;
  /** Answers every request so, instead of asking the server. */
  failing: number | undefined;
  apply(...objects: KubeObject[]): void;
}

export async function startGuardedCluster(t: TestContext, rules: readonly Rule[]): Promise<GuardedCluster> {
  const directory = join(temporaryDirectory(), 'cluster');
  mkdirSync(directory);
  const store = openResourceStore(directory);
  const registry = openRegistry({ store, kinds: allKinds, now: () => new Date() });
  const api = await startApiServer({
    registry,
    dataDir: directory,
    port: 0,
    onError: (error) => console.error(error),
  });
  const { clusters } = parse(readFileSync(api.kubeconfigPath, 'utf8')) as {
    clusters: { cluster: { server: string; 'certificate-authority-data': string } }[];
  };
  const { server, 'certificate-authority-data': ca } = clusters[0]!.cluster;
  const cluster: GuardedCluster = {
    store,
    registry,
    kubeconfig: join(directory, 'guarded'),
    rules,
    asked: new Set(),
    watchesHeld: false,
    failing: undefined,
    apply: (...objects) => {
      applyObjects(registry, objects);
    },
  };
  const door = createServer((incoming, answer) =>
    pass(cluster, { server, ca: Buffer.from(ca, 'base64').toString() }, incoming, answer),
  );
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  const port = (door.address() as AddressInfo).port;
  writeFileSync(
    cluster.kubeconfig,
    readFileSync(api.kubeconfigPath, 'utf8').replace(server, `http://127.0.0.1:${port}`),
    { mode: 0o600 },
  );
  t.after(async () => {
    door.close();
    door.closeAllConnections();
    await api.close();
    store.close();
    removeDirectory(directory);
  });
  return cluster;
}

function pass(
  cluster: GuardedCluster,
  { server, ca }: { server: string; ca: string },
  incoming: IncomingMessage,
  answer: ServerResponse,
): void {
  const access = accessOf(incoming.method!, incoming.url!);
  if (cluster.failing !== undefined) {
    answer.writeHead(cluster.failing).end();
    return;
  }
  if (access !== undefined) {
    cluster.asked.add(`${access.verb} ${access.group}/${access.resource}`);
    if (!allows(cluster.rules, access)) {
      refuse(answer, access);
      return;
    }
  }
  const { hostname, port } = new URL(server);
  const secure = server.startsWith('https:');
  const upstream = (secure ? requestTls : request)(
    { hostname, port, ca, method: incoming.method, path: incoming.url, headers: incoming.headers },
    (reply) => {
      answer.writeHead(reply.statusCode!, reply.headers);
      if (access?.verb !== 'watch') {
        reply.pipe(answer);
        return;
      }
      answer.flushHeaders();
      const held: Buffer[] = [];
      const tell = () => {
        if (!cluster.watchesHeld) for (const chunk of held.splice(0)) answer.write(chunk);
      };
      const timer = setInterval(tell, 5);
      reply.on('data', (chunk: Buffer) => {
        held.push(chunk);
        tell();
      });
      reply.on('close', () => {
        clearInterval(timer);
        answer.end();
      });
    },
  );
  upstream.on('error', () => answer.destroy());
  answer.on('close', () => upstream.destroy());
  incoming.pipe(upstream);
}

function refuse(answer: ServerResponse, { verb, group, resource }: Access): void {
  const message = `${resource}${group === '' ? '' : `.${group}`} is forbidden: User "tollgate" cannot ${verb} it`;
  const status = {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    reason: 'Forbidden',
    code: 403,
    message,
  };
  answer.writeHead(403, { 'content-type': 'application/json' }).end(JSON.stringify(status));
}
