/** A gateway with the demo's route, and what tests of keys and budgets ask of it. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { TestContext } from 'node:test';
import { Agent } from 'undici';
import type { RequestRecord } from '../../src/core/record.ts';
import { askAdmin } from './ask-admin.ts';
import { type ClusterClient, clusterClient } from './cluster-client.ts';
import { eventually } from './eventually.ts';
import { type Gateway, removeDirectory, startGateway, temporaryDirectory } from './gateway.ts';
import { type SampleProvider, startSampleProcess } from './sample-provider.ts';

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

export interface BudgetWorld {
  gateway: Gateway;
  provider: SampleProvider;
  cluster: ClusterClient;
  restart(signal: NodeJS.Signals): Promise<void>;
  /** Applies a VirtualKey whose value is `name`. */
  key(name: string, spec?: object, labels?: Record<string, string>): Promise<void>;
  budget(name: string, spec: object): Promise<void>;
  ask(key: string, body?: object, path?: string): Promise<Answer>;
  admin<T>(path: string): Promise<T>;
  adminStatus(method: string, path: string): Promise<number>;
  calls(query: string): Promise<RequestRecord[]>;
}

const namespace = 'agentgateway-system';

/** Calls at once that one gateway gets; more wait for their turn. */
const mostAtOnce = 2_000;

export async function budgetWorld(
  t: TestContext,
  extraArgs: string[] = [],
  env: Record<string, string> = {},
): Promise<BudgetWorld> {
  const provider = await startSampleProcess();
  // Before all else: a gateway that does not start must not leave it behind.
  t.after(() => provider.stop());
  const scratch = temporaryDirectory();
  const args = ['--demo', '--provider-url', `anthropic=${provider.url}`, ...extraArgs];
  const first = await startGateway({ args, env });
  const dispatcher = new Agent({ connections: mostAtOnce, pipelining: 1 });
  t.after(async () => {
    await dispatcher.destroy();
    await world.gateway.stop();
    removeDirectory(first.dataDir);
    removeDirectory(scratch);
  });
  const apply = (kind: string, name: string, spec: object, labels: Record<string, string> = {}) => {
    const metadata = { name, namespace, labels };
    return world.cluster
      .apply(JSON.stringify({ apiVersion: 'tollgate.dev/v1alpha1', kind, metadata, spec }))
      .then(() => inForce(world, kind, name));
  };
  const world: BudgetWorld = {
    gateway: first,
    provider,
    cluster: await clusterClient(first.kubeconfig, scratch),
    restart: async (signal) => {
      await world.gateway.stop(signal);
      world.gateway = await startGateway({ args, env, address: first.address, dataDir: first.dataDir });
    },
    key: (name, spec = {}, labels = {}) => {
      const keyHash = `sha256:${createHash('sha256').update(name).digest('hex')}`;
      return apply('VirtualKey', name, { owner: name, keyHash, ...spec }, labels);
    },
    budget: (name, spec) => apply('Budget', name, spec),
    ask: async (key, body = {}, path = '/anthropic') => {
      const answer = await fetch(`http://${first.address}:8080${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ messages: [{ role: 'user', content: 'What is a virtual key?' }], ...body }),
        dispatcher,
      } as RequestInit);
      return { status: answer.status, headers: answer.headers, text: await answer.text() };
    },
    admin: async <T>(path: string) => (await askAdmin(first, 'GET', `/${path}`)).body as T,
    adminStatus: async (method, path) => (await askAdmin(first, method, `/${path}`)).status,
    calls: async (query) => (await world.admin<{ items: RequestRecord[] }>(`calls?${query}`)).items,
  };
  return world;
}

/** Its status is written after it is in force. */
function inForce(world: BudgetWorld, kind: string, name: string): Promise<void> {
  return eventually(async () => {
    const object = await world.cluster.get(kind, namespace, name);
    const status = object['status'] as { conditions?: { observedGeneration: number }[] } | undefined;
    assert.equal(status?.conditions?.[0]?.observedGeneration, object.metadata.generation);
  });
}
