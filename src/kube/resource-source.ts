/** A real cluster as the controller's source of resources. */
import { apiVersionOf, type KindDefinition } from '../core/resources/kind.ts';
import type { KubeObject, ObjectRef } from '../core/resources/object.ts';
import type { ResourceAccess } from '../storage/resource-access.ts';
import type { ResourceSource } from '../storage/resource-source.ts';
import { ClusterApi, ClusterError } from './cluster-api.ts';
import { KindWatch } from './kind-watch.ts';
import type { ClusterAccess } from './kubeconfig.ts';
import { createClusterResourceAccess } from './resource-access.ts';

export interface ClusterSourceOptions {
  access: ClusterAccess;
  /** Whether this gateway makes the values of VirtualKeys with `issueTo`, which takes the right to write Secrets. */
  issuesKeys: boolean;
  /** What is watched: exactly the kinds that the compiler reads, so that RBAC can be that narrow. */
  kinds: readonly KindDefinition[];
  log: { warn(fields: object, message: string): void };
  random(): number;
}

const fieldManager = 'tollgate';

export interface ClusterResources {
  source: ResourceSource;
  /** For the admin API. */
  resources: ResourceAccess;
}

export function openClusterResources({
  access,
  issuesKeys,
  kinds,
  log,
  random,
}: ClusterSourceOptions): ClusterResources {
  const api = new ClusterApi(access);
  const listeners = new Set<(changed: { group: string; kind: string }) => void>();
  const watches = new Map(
    kinds.map((kind) => {
      const onChange = () => {
        for (const listener of [...listeners]) listener({ group: kind.group, kind: kind.kind });
      };
      return [`${kind.group}/${kind.kind}`, new KindWatch({ api, kind, onChange, log, random })];
    }),
  );
  const kindOf = (object: { apiVersion: string; kind: string }) =>
    kinds.find((kind) => kind.kind === object.kind && apiVersionOf(kind) === object.apiVersion);

  const refused = new Set<string>();
  /** Never over one that is there: another replica may have been first. Without it the key's status says what is waited for. */
  const issue = async (secret: KubeObject) => {
    if (!issuesKeys) return;
    const { namespace = '', name } = secret.metadata;
    try {
      const created = await api.create(kindOf(secret)!, secret, `?fieldManager=${fieldManager}`);
      watches.get('/Secret')?.adopt({ ...created, apiVersion: secret.apiVersion, kind: secret.kind });
    } catch (error) {
      if (!(error instanceof ClusterError) || (error.code !== 403 && error.code !== 409)) throw error;
      if (error.code === 403 && !refused.has(`${namespace}/${name}`))
        log.warn(
          { secret: `${namespace}/${name}` },
          'a value cannot be issued: this account may not create Secrets there',
        );
      refused.add(`${namespace}/${name}`);
    }
  };
  const source: ResourceSource = {
    start: async () => {
      await Promise.all([...watches.values()].map((watch) => watch.start()));
    },
    stop: async () => {
      listeners.clear();
      await Promise.all([...watches.values()].map((watch) => watch.stop()));
      await api.close();
    },
    list: (group, kind) => watches.get(`${group}/${kind}`)?.objects ?? [],
    get: ({ group, kind, ...named }) => watches.get(`${group}/${kind}`)?.get(named),
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    writeStatus: (object, status) => writeStatus(api, kindOf(object)!, object, status),
    ensure: async (object) => {
      if (object.kind === 'Secret') return issue(object);
      const query = `?fieldManager=${fieldManager}&force=true`;
      await api.patch(kindOf(object)!, object, 'application/apply-patch+yaml', object, query);
    },
    remove: (ref) => remove(api, kinds, ref),
  };
  const watchOf = ({ group, kind }: { group: string; kind: string }) => watches.get(`${group}/${kind}`);
  return { source, resources: createClusterResourceAccess({ api, kindOf, watchOf }) };
}

/** A merge patch that names the uid: an object of the same name that came later is left alone. */
async function writeStatus(
  api: ClusterApi,
  kind: KindDefinition,
  object: KubeObject,
  status: Record<string, unknown>,
): Promise<void> {
  const patch = { metadata: { uid: object.metadata.uid }, status };
  try {
    await api.patch(
      kind,
      object,
      'application/merge-patch+json',
      patch,
      `?fieldManager=${fieldManager}`,
      '/status',
    );
  } catch (error) {
    const gone = error instanceof ClusterError && (error.code === 404 || error.code === 409);
    if (!gone) throw error;
  }
}

async function remove(api: ClusterApi, kinds: readonly KindDefinition[], ref: ObjectRef): Promise<void> {
  const kind = kinds.find((k) => k.group === ref.group && k.kind === ref.kind)!;
  try {
    await api.remove(kind, ref);
  } catch (error) {
    if (!(error instanceof ClusterError && error.code === 404)) throw error;
  }
}
