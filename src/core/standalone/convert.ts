/**
 * agentgateway's standalone configuration (its `schema/config.json`, the parts for LLM use) → the resources that say the same.
 * Only what has the same effect is taken: anything else is a fault with its path, so that no setting is lost in silence.
 */
import { modelsAnnotation } from '../config/model-routes.ts';
import { recordAnnotation } from '../config/recording.ts';
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
  const recording = readFrontend(reader, top['frontendPolicies']);
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
    routeTo(models.entries, recording),
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

/** Annotations of the route: what is said in its calls is recorded where agentgateway's database has it in full. */
function readFrontend(reader: Reader, value: unknown): Record<string, string> {
  const { http, accessLog, logging } = reader.fields(value, 'frontendPolicies', [
    'http',
    'accessLog',
    'logging',
  ]);
  const { maxBufferSize } = reader.fields(http, 'frontendPolicies.http', ['maxBufferSize']);
  if (maxBufferSize !== undefined)
    reader.note('frontendPolicies.http.maxBufferSize', 'has no effect: bodies of up to 32 MiB are taken');
  if (accessLog !== undefined && logging !== undefined)
    reader.fault('frontendPolicies.logging', 'is another name of accessLog: give one of them');
  const modes = [
    databaseMode(reader, accessLog, 'frontendPolicies.accessLog'),
    databaseMode(reader, logging, 'frontendPolicies.logging'),
  ];
  return modes.includes('full') ? { [recordAnnotation]: 'prompts,answers' } : {};
}

function databaseMode(reader: Reader, value: unknown, path: string): 'full' | 'metadata' | undefined {
  const otherwise = {
    filter: 'the ledger has all calls',
    add: 'nearest: metadata of keys',
    remove: 'nearest: metadata of keys',
    otlp: 'nearest: the variables OTEL_EXPORTER_OTLP_…',
  };
  const { database } = reader.fields(value, path, ['database'], otherwise);
  const { llm } = reader.fields(database, `${path}.database`, ['llm'], { add: otherwise.add });
  return reader.oneOf(llm, `${path}.database.llm`, { full: 'full', metadata: 'metadata' } as const);
}

function gatewayOn(port: number): KubeObject {
  const listeners = [{ name: 'http', port, protocol: 'HTTP' }];
  const spec = { gatewayClassName: 'agentgateway', listeners };
  return owned('Gateway', 'gateway.networking.k8s.io/v1', gateway, { spec });
}

function routeTo(entries: readonly ModelEntry[], recording: Record<string, string>): KubeObject {
  const backendRefs = [{ group: 'agentgateway.dev', kind: 'AgentgatewayBackend', name: entries[0]!.backend }];
  const spec = { parentRefs: [{ name: gateway }], rules: [{ backendRefs }] };
  const annotations = { [modelsAnnotation]: JSON.stringify(entries), ...recording };
  return owned('HTTPRoute', 'gateway.networking.k8s.io/v1', 'llm', { spec }, { annotations });
}

function policyWith(traffic: Fields): KubeObject {
  const targetRefs = [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: gateway }];
  return owned('AgentgatewayPolicy', 'agentgateway.dev/v1alpha1', 'llm', { spec: { targetRefs, traffic } });
}
