/**
 * agentgateway's standalone configuration (its `schema/config.json`, the parts for LLM use) → the resources that say the same.
 * Only what has the same effect is taken: anything else is a fault with its path, so that no setting is lost in silence.
 */
import { modelsAnnotation } from '../config/model-routes.ts';
import type { KubeObject } from '../resources/object.ts';
import { defined } from './defined.ts';
import { readKeys } from './keys.ts';
import { readAuthorization, readRateLimit } from './limits.ts';
import type { ModelEntry } from './model-objects.ts';
import { readModels } from './models.ts';
import { Names } from './names.ts';
import { owned } from './owned.ts';
import { Reader, type StandaloneFault, type Surroundings } from './reader.ts';

type Fields = Record<string, unknown>;

export interface StandaloneConfig {
  objects: KubeObject[];
  /** Settings that are understood and have no effect here. */
  notes: StandaloneFault[];
}

export type StandaloneResult = { config: StandaloneConfig } | { faults: StandaloneFault[] };

const gateway = 'llm';
const defaultPort = 4000;

const insteadOfTop = {
  binds: 'use a Gateway and HTTPRoutes',
  gateways: 'use a Gateway',
  routes: 'use HTTPRoutes',
  routeGroups: 'use HTTPRoutes',
  tcpRoutes: 'only HTTP is served',
  backends: 'use AgentgatewayBackends',
  services: 'use Services',
  workloads: 'use EndpointSlices',
  policies: 'nearest: llm.policies, or an AgentgatewayPolicy',
  mcp: 'only LLM traffic is served',
  ui: 'the console has its own port and login',
};

const insteadOfPolicies = {
  jwtAuth: 'nearest: apiKey',
  oidc: 'nearest: apiKey',
  basicAuth: 'nearest: apiKey',
  extAuthz: 'nearest: authorization',
  extProc: 'nearest: authorization',
  cors: 'browsers are not served directly',
  transformations: 'nearest: llm.models[].defaults and overrides',
  guardrails: 'attach an AgentgatewayPolicy with promptGuard',
};

/** `document` is the parsed YAML or JSON. */
export function convertStandalone(document: unknown, surroundings: Surroundings): StandaloneResult {
  const reader = new Reader(surroundings);
  const top = reader.fields(document, '', ['config', 'frontendPolicies', 'llm'], insteadOfTop);
  const prices = readConfig(reader, top['config']);
  readFrontend(reader, top['frontendPolicies']);
  if (top['llm'] === undefined) reader.fault('llm', 'must be given');
  const llm = reader.fields(top['llm'], 'llm', ['port', 'providers', 'models', 'virtualModels', 'policies'], {
    tls: 'end TLS in front of the gateway',
    gateways: 'nearest: llm.port',
  });
  const port = reader.count(llm['port'], 'llm.port') ?? defaultPort;
  const policies = reader.fields(
    llm['policies'],
    'llm.policies',
    ['apiKey', 'authorization', 'localRateLimit', 'remoteRateLimit'],
    insteadOfPolicies,
  );
  const models = readModels(reader, llm, new Names());
  if (models.entries.length === 0) reader.fault('llm.models', 'must have an entry that clients may ask for');
  const keys = readKeys(reader, policies['apiKey'], gateway);
  const traffic = defined({
    apiKeyAuthentication: keys.authentication,
    authorization: readAuthorization(reader, policies['authorization']),
    rateLimit: readRateLimit(reader, policies['localRateLimit'], policies['remoteRateLimit']),
  });
  if (reader.faults.length > 0) return { faults: reader.faults };
  const objects = [
    gatewayOn(port),
    ...models.objects,
    routeTo(models.entries),
    ...keys.objects,
    ...prices,
    ...(Object.keys(traffic).length === 0 ? [] : [policyWith(traffic)]),
  ];
  return { config: { objects, notes: reader.notes } };
}

/** Price catalogs, laid over the shipped one in their order. */
function readConfig(reader: Reader, value: unknown): KubeObject[] {
  const config = reader.fields(
    value,
    'config',
    ['database', 'modelCatalog', 'adminAddr', 'statsAddr', 'readinessAddr'],
    {
      logging: 'the access log goes to standard output, the ledger has all calls',
      metrics: 'nearest: --metrics-labels',
      tracing: 'nearest: the variables OTEL_EXPORTER_OTLP_…',
      storage: 'kubectl, command line and console write to the data directory',
      standardAttributes: 'nearest: metadata of keys',
    },
  );
  const kept = {
    database: '--data-dir',
    adminAddr: '--admin-port',
    statsAddr: '--metrics-port',
    readinessAddr: '--ready-port',
  };
  for (const [name, option] of Object.entries(kept))
    if (config[name] !== undefined) reader.note(`config.${name}`, `has no effect: ${option} says where`);
  return reader.list(config['modelCatalog'], 'config.modelCatalog').flatMap((entry, index) => {
    const path = `config.modelCatalog[${index}]`;
    const { file } = reader.fields(entry, path, ['file']);
    if (file === undefined) reader.fault(`${path}.file`, 'must be given');
    const text = file === undefined ? undefined : reader.secret(entry, path);
    return text === undefined ? [] : [pricesOf(index, text)];
  });
}

function pricesOf(index: number, text: string): KubeObject {
  const name = `prices-${String(index + 1).padStart(3, '0')}`;
  const labels = { 'tollgate.dev/prices': 'true' };
  return owned('ConfigMap', 'v1', name, { data: { 'catalog.json': text } }, { labels });
}

function readFrontend(reader: Reader, value: unknown): void {
  const { http } = reader.fields(value, 'frontendPolicies', ['http']);
  const { maxBufferSize } = reader.fields(http, 'frontendPolicies.http', ['maxBufferSize']);
  if (maxBufferSize !== undefined)
    reader.note('frontendPolicies.http.maxBufferSize', 'has no effect: bodies of up to 32 MiB are taken');
}

function gatewayOn(port: number): KubeObject {
  const listeners = [{ name: 'http', port, protocol: 'HTTP' }];
  const spec = { gatewayClassName: 'agentgateway', listeners };
  return owned('Gateway', 'gateway.networking.k8s.io/v1', gateway, { spec });
}

function routeTo(entries: readonly ModelEntry[]): KubeObject {
  const backendRefs = [{ group: 'agentgateway.dev', kind: 'AgentgatewayBackend', name: entries[0]!.backend }];
  const spec = { parentRefs: [{ name: gateway }], rules: [{ backendRefs }] };
  const annotations = { [modelsAnnotation]: JSON.stringify(entries) };
  return owned('HTTPRoute', 'gateway.networking.k8s.io/v1', 'llm', { spec }, { annotations });
}

function policyWith(traffic: Fields): KubeObject {
  const targetRefs = [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: gateway }];
  return owned('AgentgatewayPolicy', 'agentgateway.dev/v1alpha1', 'llm', { spec: { targetRefs, traffic } });
}
