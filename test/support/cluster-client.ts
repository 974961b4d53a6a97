/**
 * The walkthrough's cluster commands: through the real kubectl where it is installed, else the same calls through
 * `@kubernetes/client-node`. `description` says which, so that a log of the run does.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../../src/core/resources/object.ts';

export interface ClusterClient {
  description: string;
  apply(yaml: string): Promise<string>;
  remove(kind: string, namespace: string, name: string): Promise<void>;
  get(kind: string, namespace: string, name: string): Promise<KubeObject>;
}

const kubectlPath = ['/usr/bin/kubectl', '/usr/local/bin/kubectl', '/opt/homebrew/bin/kubectl'].find(
  existsSync,
);
export const hasKubectl = kubectlPath !== undefined;

export function clusterClient(kubeconfig: string, scratch: string): Promise<ClusterClient> {
  return hasKubectl ? Promise.resolve(viaKubectl(kubeconfig, scratch)) : viaClientNode(kubeconfig);
}

/** Runs kubectl as a shell would; throws with its standard error when it fails. */
export function kubectl(kubeconfig: string, scratch: string, args: string[], input = ''): string {
  mkdirSync(join(scratch, 'cache'), { recursive: true });
  const done = spawnSync(kubectlPath!, ['--cache-dir', join(scratch, 'cache'), ...args], {
    input,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: scratch, KUBECONFIG: kubeconfig },
  });
  if (done.status !== 0) throw new Error(`kubectl ${args.join(' ')}: ${done.stderr}`);
  return done.stdout + done.stderr;
}

function viaKubectl(kubeconfig: string, scratch: string): ClusterClient {
  const run = (args: string[], input?: string) => kubectl(kubeconfig, scratch, args, input);
  return {
    description: `the real kubectl (${kubectlPath})`,
    apply: async (yaml) => run(['apply', '-f', '-'], yaml),
    remove: async (kind, namespace, name) => void run(['delete', kind, name, '-n', namespace]),
    get: async (kind, namespace, name) =>
      JSON.parse(run(['get', kind, name, '-n', namespace, '-o', 'json'])) as KubeObject,
  };
}

async function viaClientNode(kubeconfig: string): Promise<ClusterClient> {
  const { KubeConfig, KubernetesObjectApi, PatchStrategy } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const api = KubernetesObjectApi.makeApiClient(config);
  const apiVersions: Record<string, string> = {
    secret: 'v1',
    configmap: 'v1',
    service: 'v1',
    gateway: 'gateway.networking.k8s.io/v1',
    httproute: 'gateway.networking.k8s.io/v1',
    agentgatewaybackend: 'agentgateway.dev/v1alpha1',
    agentgatewaypolicy: 'agentgateway.dev/v1alpha1',
    virtualkey: 'tollgate.dev/v1alpha1',
    budget: 'tollgate.dev/v1alpha1',
  };
  const kinds: Record<string, string> = {
    secret: 'Secret',
    configmap: 'ConfigMap',
    service: 'Service',
    gateway: 'Gateway',
    httproute: 'HTTPRoute',
    agentgatewaybackend: 'AgentgatewayBackend',
    agentgatewaypolicy: 'AgentgatewayPolicy',
    virtualkey: 'VirtualKey',
    budget: 'Budget',
  };
  const spec = (kind: string, namespace: string, name: string) => ({
    apiVersion: apiVersions[kind.toLowerCase()]!,
    kind: kinds[kind.toLowerCase()]!,
    metadata: { name, namespace },
  });
  return {
    description: '@kubernetes/client-node (kubectl is not installed)',
    apply: async (yaml) => {
      for (const document of parseAllDocuments(yaml)) {
        const object = document.toJS() as never;
        await api.patch(object, undefined, undefined, 'tollgate-test', true, PatchStrategy.ServerSideApply);
      }
      return '';
    },
    remove: async (kind, namespace, name) => void (await api.delete(spec(kind, namespace, name))),
    get: async (kind, namespace, name) =>
      JSON.parse(JSON.stringify(await api.read(spec(kind, namespace, name)))) as KubeObject,
  };
}
