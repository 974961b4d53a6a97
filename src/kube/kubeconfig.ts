/** Where a real cluster is and how to speak to it: KUBECONFIG's current context, or the Pod's own service account. */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';

export interface ClusterAccess {
  server: string;
  /** PEM; absent: the system's authorities. */
  ca?: string;
  cert?: string;
  key?: string;
  insecureSkipVerify: boolean;
  /** Read anew per connection attempt: service account tokens are replaced while we run. */
  token(): string | undefined;
}

interface Kubeconfig {
  'current-context'?: string;
  contexts?: { name: string; context: { cluster: string; user: string } }[];
  clusters?: { name: string; cluster: Record<string, string | boolean> }[];
  users?: { name: string; user: Record<string, unknown> }[];
}

const serviceAccount = '/var/run/secrets/kubernetes.io/serviceaccount';

export function loadClusterAccess(env: NodeJS.ProcessEnv): ClusterAccess {
  const listed = (env['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '');
  const path =
    listed.find(existsSync) ?? (listed.length === 0 ? join(homedir(), '.kube', 'config') : listed[0]!);
  if (existsSync(path)) return fromKubeconfig(path);
  if (listed.length === 0 && env['KUBERNETES_SERVICE_HOST']) return inCluster(env);
  throw new Error(
    `no cluster to take resources from: ${path} does not exist and this is not a Pod. Set KUBECONFIG.`,
  );
}

function inCluster(env: NodeJS.ProcessEnv): ClusterAccess {
  return {
    server: `https://${env['KUBERNETES_SERVICE_HOST']}:${env['KUBERNETES_SERVICE_PORT'] ?? '443'}`,
    ca: readFileSync(join(serviceAccount, 'ca.crt'), 'utf8'),
    insecureSkipVerify: false,
    token: () => readFileSync(join(serviceAccount, 'token'), 'utf8').trim(),
  };
}

function fromKubeconfig(path: string): ClusterAccess {
  const config = parse(readFileSync(path, 'utf8')) as Kubeconfig;
  const fail = (what: string): never => {
    throw new Error(`${path}: ${what}`);
  };
  const current = config['current-context'] || fail('no current-context is set');
  const context =
    config.contexts?.find(({ name }) => name === current)?.context ?? fail(`context ${current} not found`);
  const cluster =
    config.clusters?.find(({ name }) => name === context.cluster)?.cluster ??
    fail(`cluster ${context.cluster} not found`);
  const user = config.users?.find(({ name }) => name === context.user)?.user ?? {};
  if (user['exec'] !== undefined || user['auth-provider'] !== undefined) {
    fail(
      `user ${context.user} logs in through a plug-in, which is not supported: use a token or a client certificate`,
    );
  }
  const pem = (from: Record<string, unknown>, name: string) => readPem(from, name, dirname(path));
  const tokenFile = user['tokenFile'] as string | undefined;
  return {
    server: String(cluster['server']).replace(/\/+$/, ''),
    ca: pem(cluster, 'certificate-authority'),
    cert: pem(user, 'client-certificate'),
    key: pem(user, 'client-key'),
    insecureSkipVerify: cluster['insecure-skip-tls-verify'] === true,
    token: () =>
      tokenFile === undefined
        ? (user['token'] as string | undefined)
        : readFileSync(tokenFile, 'utf8').trim(),
  };
}

/** `name-data` holds base64, `name` a path beside the kubeconfig. */
function readPem(from: Record<string, unknown>, name: string, directory: string): string | undefined {
  const data = from[`${name}-data`];
  if (typeof data === 'string') return Buffer.from(data, 'base64').toString('utf8');
  const file = from[name];
  return typeof file === 'string' ? readFileSync(resolve(directory, file), 'utf8') : undefined;
}
