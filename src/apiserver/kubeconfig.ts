/** The kubeconfig that kubectl needs to reach this server, and how it is added to one that the user has. */
import { existsSync, mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseDocument, stringify } from 'yaml';
import { writePrivateFile } from './tls/private-file.ts';

/** Name of the cluster, the user and the context. */
const entryName = 'tollgate';

export interface KubeconfigEntry {
  server: string;
  /** PEM. */
  ca: string;
  token: string;
}

type Named = { name: string } & Record<string, unknown>;
interface Kubeconfig {
  apiVersion: string;
  kind: string;
  clusters: Named[];
  users: Named[];
  contexts: Named[];
  'current-context': string;
  [field: string]: unknown;
}

export function writeKubeconfig(path: string, entry: KubeconfigEntry): void {
  writePrivateFile(path, stringify(kubeconfigOf(entry)));
}

/** The token in a kubeconfig that `writeKubeconfig` wrote, so that it stays valid over restarts. */
export function readToken(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  const users = (parseDocument(readFileSync(path, 'utf8')).toJS() as Partial<Kubeconfig> | null)?.users;
  const user = users?.find?.((u) => u.name === entryName)?.['user'] as { token?: unknown } | undefined;
  return typeof user?.token === 'string' && /^[A-Za-z0-9_-]{43,}$/.test(user.token) ? user.token : undefined;
}

/**
 * Adds (or replaces) the cluster, user and context in the kubeconfig at `path`, keeps everything else, and selects the context.
 * Throws, and changes nothing, when the file is there but is no kubeconfig.
 */
export function mergeKubeconfig(path: string, entry: KubeconfigEntry): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  if (!existsSync(path)) {
    writeKubeconfig(path, entry);
    return;
  }
  const document = parseDocument(readFileSync(path, 'utf8'));
  const existing = document.toJS() as Partial<Kubeconfig> | null;
  if (document.errors.length > 0 || typeof existing !== 'object' || Array.isArray(existing)) {
    throw new Error(`${path} is not a kubeconfig: it was left as it is`);
  }
  const ours = kubeconfigOf(entry);
  const joined = (before: Named[] | null | undefined, added: Named[]) => [
    ...(before ?? []).filter((named) => named.name !== entryName),
    ...added,
  ];
  const merged = {
    ...ours,
    ...existing,
    clusters: joined(existing?.clusters, ours.clusters),
    users: joined(existing?.users, ours.users),
    contexts: joined(existing?.contexts, ours.contexts),
    'current-context': entryName,
  };
  writePrivateFile(realpathSync(path), stringify(merged));
}

function kubeconfigOf({ server, ca, token }: KubeconfigEntry): Kubeconfig {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: entryName,
        cluster: { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') },
      },
    ],
    users: [{ name: entryName, user: { token } }],
    contexts: [{ name: entryName, context: { cluster: entryName, user: entryName, namespace: 'default' } }],
    'current-context': entryName,
  };
}
