/**
 * A real Kubernetes API server over a real etcd, with role-based access control, as a cluster has them; nothing else of a cluster.
 * `TOLLGATE_KUBE_APISERVER` names the binary (1.31 or newer); etcd is the one on the PATH (Debian's etcd-server will do).
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { kubectl } from './cluster-client.ts';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';
import { removeDirectory, temporaryDirectory } from './gateway.ts';

const binary = process.env['TOLLGATE_KUBE_APISERVER'];

/** The reason why it can't run here; false when it can. */
export const noKubernetes: string | false =
  binary === undefined
    ? 'TOLLGATE_KUBE_APISERVER names no binary'
    : spawnSync('etcd', ['--version']).status !== 0 && 'etcd is not installed';

export interface KubernetesServer {
  /** Of a cluster's administrator. */
  kubeconfig: string;
  scratch: string;
  kubectl(args: string[], input?: string): string;
  /** Writes a kubeconfig of a service account, with a token as its Pod would have. */
  accountKubeconfig(namespace: string, name: string): string;
  /** The API server alone, by `kill -9`; etcd keeps what was written. */
  crash(): Promise<void>;
  start(): Promise<void>;
  /** Forgets former revisions, as every cluster does after some minutes: watches that ask for one get 410. */
  compact(): Promise<void>;
  stop(): Promise<void>;
}

export async function startKubernetes(): Promise<KubernetesServer> {
  const scratch = temporaryDirectory();
  const [etcdPort, peerPort, port] = [await freePort(), await freePort(), await freePort()];
  const etcdUrl = `http://127.0.0.1:${etcdPort}`;
  const peerUrl = `http://127.0.0.1:${peerPort}`;
  const etcd = spawn(
    'etcd',
    Object.entries({
      'data-dir': join(scratch, 'etcd'),
      'listen-client-urls': etcdUrl,
      'advertise-client-urls': etcdUrl,
      'listen-peer-urls': peerUrl,
      'initial-advertise-peer-urls': peerUrl,
      'initial-cluster': `default=${peerUrl}`,
      'unsafe-no-fsync': 'true',
    }).map(([name, value]) => `--${name}=${value}`),
    { stdio: 'ignore' },
  );
  const token = randomBytes(16).toString('hex');
  writeSecrets(scratch, token);
  const kubeconfig = join(scratch, 'admin.kubeconfig');
  const run = (args: string[], input?: string) => kubectl(kubeconfig, scratch, args, input);
  let api: ChildProcess | undefined;
  const start = async () => {
    let said = '';
    api = spawn(binary!, apiServerArgs(scratch, port, etcdUrl), { stdio: ['ignore', 'ignore', 'pipe'] });
    api.stderr!.on('data', (chunk) => (said = (said + String(chunk)).slice(-4_000)));
    await eventually(() => {
      if (api!.exitCode !== null) throw new Error(`kube-apiserver ended: ${said}`);
      writeKubeconfig(kubeconfig, scratch, port, token);
      run(['get', '--raw', '/readyz']);
    }, 120_000);
  };
  await start();
  return {
    kubeconfig,
    scratch,
    kubectl: run,
    accountKubeconfig: (namespace, name) => {
      const path = join(scratch, `${namespace}-${name}.kubeconfig`);
      writeKubeconfig(path, scratch, port, run(['create', 'token', name, '-n', namespace]).trim());
      return path;
    },
    crash: () => end(api, 'SIGKILL'),
    start,
    compact: () => compact(etcdUrl),
    stop: async () => {
      await end(api, 'SIGTERM');
      await end(etcd, 'SIGKILL');
      removeDirectory(scratch);
    },
  };
}

function writeSecrets(scratch: string, token: string): void {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  writeFileSync(join(scratch, 'accounts.key'), privateKey, { mode: 0o600 });
  writeFileSync(join(scratch, 'accounts.pub'), publicKey);
  writeFileSync(join(scratch, 'tokens.csv'), `${token},admin,admin,system:masters\n`, { mode: 0o600 });
}

function apiServerArgs(scratch: string, port: number, etcdUrl: string): string[] {
  return Object.entries({
    'etcd-servers': etcdUrl,
    'bind-address': '127.0.0.1',
    'secure-port': String(port),
    'cert-dir': scratch,
    'token-auth-file': join(scratch, 'tokens.csv'),
    'authorization-mode': 'RBAC',
    'service-account-issuer': 'https://kubernetes.default.svc',
    'service-account-key-file': join(scratch, 'accounts.pub'),
    'service-account-signing-key-file': join(scratch, 'accounts.key'),
    'service-cluster-ip-range': '10.0.0.0/24',
    // What other parts of a cluster would make is not there.
    'disable-admission-plugins': 'ServiceAccount',
    'endpoint-reconciler-type': 'none',
  }).map(([name, value]) => `--${name}=${value}`);
}

/** The server makes its own certificate at its first start. */
function writeKubeconfig(path: string, scratch: string, port: number, token: string): void {
  const ca = readFileSync(join(scratch, 'apiserver.crt')).toString('base64');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    clusters: [
      {
        name: 'test',
        cluster: { server: `https://127.0.0.1:${port}`, 'certificate-authority-data': ca },
      },
    ],
    users: [{ name: 'test', user: { token } }],
  };
  writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
}

/** By etcd's JSON gateway. */
async function compact(etcdUrl: string): Promise<void> {
  const ask = async (path: string, body: object) => {
    const answer = await fetch(`${etcdUrl}/v3/kv/${path}`, { method: 'POST', body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`etcd ${path}: ${await answer.text()}`);
    return (await answer.json()) as { header: { revision: string } };
  };
  const { header } = await ask('range', { key: 'Lw==' });
  await ask('compaction', { revision: header.revision });
}

async function end(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill(signal);
  await exit;
}
