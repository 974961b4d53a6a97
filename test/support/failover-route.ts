/** A route `/<name>` to a backend of two providers in the demo's namespace: the second is asked when the first fails, which is left out then. */
import assert from 'node:assert/strict';
import type { ClusterClient } from './cluster-client.ts';
import { eventually } from './eventually.ts';

const namespace = 'agentgateway-system';

export interface Provider {
  port: number;
  model: string;
}

/** Both speak Anthropic's dialect on the loopback. Resolves when the route is in force at `address`. */
export async function applyFailoverRoute(
  cluster: ClusterClient,
  address: string,
  name: string,
  [first, second]: [Provider, Provider],
): Promise<void> {
  const provider = (own: string, { port, model }: Provider) => ({
    providers: [{ name: own, host: '127.0.0.1', port, anthropic: { model } }],
  });
  const metadata = { name, namespace };
  const backend = {
    apiVersion: 'agentgateway.dev/v1alpha1',
    kind: 'AgentgatewayBackend',
    metadata,
    spec: {
      ai: { groups: [provider('first', first), provider('second', second)] },
      policies: { auth: { secretRef: { name: 'anthropic-secret' } } },
    },
  };
  const route = {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata,
    spec: {
      parentRefs: [{ name: 'agentgateway-route', namespace }],
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: `/${name}` } }],
          backendRefs: [{ group: 'agentgateway.dev', kind: 'AgentgatewayBackend', name, namespace }],
          retry: { attempts: 2, backoff: '1ms' },
        },
      ],
    },
  };
  const health = {
    apiVersion: 'agentgateway.dev/v1alpha1',
    kind: 'AgentgatewayPolicy',
    metadata,
    spec: {
      targetRefs: [{ group: 'agentgateway.dev', kind: 'AgentgatewayBackend', name }],
      backend: { health: { eviction: { consecutiveFailures: 1, duration: '60s' } } },
    },
  };
  for (const object of [backend, health, route]) await cluster.apply(JSON.stringify(object));
  await eventually(async () => {
    const answer = await fetch(`http://${address}:8080/${name}`, { method: 'POST' });
    await answer.text();
    assert.equal(answer.status, 401);
  });
}
