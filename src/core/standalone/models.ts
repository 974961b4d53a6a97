/** `llm.models[]` and `llm.virtualModels[]` → AgentgatewayBackends, Secrets with their credentials, and who serves which name. */
import type { KubeObject } from '../resources/object.ts';
import { matchModel } from '../route/match-model.ts';
import { type Names, namespace, ownerLabel } from './names.ts';
import { providerFields, type ReadProvider, readProvider } from './providers.ts';
import type { Reader } from './reader.ts';

type Fields = Record<string, unknown>;

/** As in the annotation of the HTTPRoute. */
export interface ModelEntry {
  name: string;
  backend: string;
  weight?: number;
  listed?: boolean;
  stripPrefix?: string;
}

export interface ReadModels {
  objects: KubeObject[];
  entries: ModelEntry[];
}

interface Model {
  name: string;
  backend: string;
  provider: ReadProvider;
  secret?: string;
  stripPrefix?: string;
}

const modelFields = [
  'id',
  'name',
  'visibility',
  'provider',
  'params',
  'defaults',
  'overrides',
  'transformation',
  'health',
];
const insteadOfModelFields = {
  passthrough: 'routes of an AgentgatewayBackend take Passthrough',
  guardrails: 'attach an AgentgatewayPolicy with promptGuard to the backend',
  auth: 'params.apiKey takes the credential',
  requestHeaders: 'an HTTPRoute has header filters',
  responseHeaders: 'an HTTPRoute has header filters',
  authorization: 'llm.policies.authorization holds for all models',
  matches: 'models are told apart by name',
};

export function readModels(reader: Reader, llm: Fields, names: Names): ReadModels {
  const providers = readProviders(reader, llm['providers']);
  const models = reader
    .list(llm['models'], 'llm.models')
    .flatMap((entry, index) => readModel(reader, entry, `llm.models[${index}]`, providers, names) ?? []);
  const objects: KubeObject[] = models.flatMap(({ backend, provider, secret }) => [
    ...(secret === undefined ? [] : [credentialOf(secret, provider.credential!)]),
    backendOf(backend, [[providerSpec({ provider, secret, backend })]]),
  ]);
  const hidden = new Set<string>();
  reader.list(llm['models'], 'llm.models').forEach((entry, index) => {
    const { name, visibility } = (entry ?? {}) as Fields;
    const kind = reader.oneOf(visibility, `llm.models[${index}].visibility`, visibilities);
    if (kind === 'internal') hidden.add(String(name));
  });
  const entries: ModelEntry[] = models
    .filter(({ name }) => !hidden.has(name))
    .map(({ name, backend, stripPrefix }) => ({
      name,
      backend,
      ...(stripPrefix !== undefined && { stripPrefix }),
    }));
  const virtual = readVirtualModels(reader, llm['virtualModels'], models, names);
  return { objects: [...objects, ...virtual.objects], entries: [...entries, ...virtual.entries] };
}

const visibilities = { public: 'public', internal: 'internal' } as const;

/** Name → params and defaults, for models that refer to it. */
function readProviders(reader: Reader, value: unknown): Map<string, Fields> {
  const providers = new Map<string, Fields>();
  reader.list(value, 'llm.providers').forEach((entry, index) => {
    const path = `llm.providers[${index}]`;
    const fields = reader.fields(entry, path, providerFields);
    const name = reader.text(fields['name'], `${path}.name`);
    if (name === undefined) reader.fault(`${path}.name`, 'must be given');
    else if (providers.has(name)) reader.fault(`${path}.name`, `"${name}" is there already`);
    else providers.set(name, fields);
    reader.fields(fields['defaults'], `${path}.defaults`, ['defaults', 'overrides', 'health']);
  });
  return providers;
}

function readModel(
  reader: Reader,
  entry: unknown,
  path: string,
  providers: ReadonlyMap<string, Fields>,
  names: Names,
): Model | undefined {
  const fields = reader.fields(entry, path, modelFields, insteadOfModelFields);
  const name = reader.text(fields['name'], `${path}.name`);
  if (name === undefined) {
    reader.fault(`${path}.name`, 'must be given');
    return undefined;
  }
  if (/^.+\*.+$/.test(name)) reader.fault(`${path}.name`, 'takes * at its begin or end only');
  const reference = (fields['provider'] as Fields | undefined)?.['reference'];
  const shared = reference === undefined ? undefined : providers.get(String(reference));
  if (reference !== undefined && shared === undefined) {
    reader.fault(`${path}.provider.reference`, `there is no provider "${reference}" in llm.providers`);
    return undefined;
  }
  const params = { ...(shared?.['params'] as Fields), ...(fields['params'] as Fields) };
  const provider = readProvider(reader, shared?.['provider'] ?? fields['provider'], params, path);
  if (provider === undefined) return undefined;
  const inherited = (shared?.['defaults'] ?? {}) as Fields;
  const backend = names.of(name);
  const stripPrefix = prefixTakenOff(reader, fields['transformation'], `${path}.transformation`);
  return {
    name,
    backend,
    provider: {
      ...provider,
      defaults: { ...(inherited['defaults'] as Fields), ...(fields['defaults'] as Fields) },
      overrides: { ...(inherited['overrides'] as Fields), ...(fields['overrides'] as Fields) },
      ...healthOf(reader, fields['health'] ?? inherited['health'], `${path}.health`),
    },
    ...(provider.credential !== undefined && { secret: backend }),
    ...(stripPrefix !== undefined && { stripPrefix }),
  };
}

/** The one transformation that routing by name asks for: `model: llmRequest.model.stripPrefix("anthropic/")`. */
function prefixTakenOff(reader: Reader, value: unknown, path: string): string | undefined {
  const text = reader.text(reader.fields(value, path, ['model'])['model'], `${path}.model`);
  if (text === undefined) return undefined;
  const found = /^\s*llmRequest\.model\.stripPrefix\((?:"([^"\\]*)"|'([^'\\]*)')\)\s*$/.exec(text);
  if (found !== null) return found[1] ?? found[2]!;
  reader.fault(
    `${path}.model`,
    'is not supported; nearest: llmRequest.model.stripPrefix("…"), or params.model',
  );
  return undefined;
}

function healthOf(reader: Reader, value: unknown, path: string): { health?: Fields } {
  if (value === undefined || value === null) return {};
  const { unhealthyExpression, eviction } = reader.fields(value, path, ['unhealthyExpression', 'eviction']);
  const { duration, consecutiveFailures, healthThreshold, restoreHealth } = reader.fields(
    eviction,
    `${path}.eviction`,
    ['duration', 'consecutiveFailures', 'healthThreshold', 'restoreHealth'],
  );
  const percent = (share: unknown) => (typeof share === 'number' ? Math.round(share * 100) : undefined);
  return {
    health: defined({
      unhealthyCondition: unhealthyExpression,
      eviction: defined({
        duration,
        consecutiveFailures,
        healthThreshold: percent(healthThreshold),
        restoreHealth: percent(restoreHealth),
      }),
    }),
  };
}

function readVirtualModels(
  reader: Reader,
  value: unknown,
  models: readonly Model[],
  names: Names,
): ReadModels {
  const read: ReadModels = { objects: [], entries: [] };
  reader.list(value, 'llm.virtualModels').forEach((entry, index) => {
    const path = `llm.virtualModels[${index}]`;
    const fields = reader.fields(entry, path, ['name', 'routing']);
    const name = reader.text(fields['name'], `${path}.name`);
    if (name === undefined) {
      reader.fault(`${path}.name`, 'must be given');
      return;
    }
    const routing = reader.fields(fields['routing'], `${path}.routing`, ['weighted', 'failover'], {
      conditional: 'nearest: weighted or failover',
    });
    const find = (target: unknown, at: string) => findModel(reader, target, at, models);
    if (routing['weighted'] !== undefined)
      read.entries.push(...weighted(reader, name, routing['weighted'], `${path}.routing.weighted`, find));
    else if (routing['failover'] !== undefined) {
      const backend = names.of(name);
      const groups = failover(reader, routing['failover'], `${path}.routing.failover`, find);
      read.objects.push(backendOf(backend, groups));
      read.entries.push({ name, backend });
    } else if (Object.keys(routing).length === 0)
      reader.fault(`${path}.routing`, 'must be weighted or failover');
  });
  return read;
}

type Find = (target: unknown, path: string) => Model | undefined;

function findModel(
  reader: Reader,
  target: unknown,
  path: string,
  models: readonly Model[],
): Model | undefined {
  const name = reader.text(target, path);
  if (name === undefined) return undefined;
  const routes = models.map((model) => ({
    name: model.name,
    backend: model.backend,
    weight: 1,
    listed: true,
  }));
  const found = matchModel(routes, name, 0);
  const model = models.find(({ backend }) => backend === found?.backend);
  if (model === undefined) {
    reader.fault(path, `no model of llm.models serves "${name}"`);
    return undefined;
  }
  // A pattern serves what it is asked for.
  return model.name === name ? model : { ...model, provider: withModel(model, name) };
}

function withModel({ provider, stripPrefix = '' }: Model, asked: string): ReadProvider {
  const name = Object.keys(provider.spec).find((field) => typeof provider.spec[field] === 'object')!;
  const model = asked.startsWith(stripPrefix) ? asked.slice(stripPrefix.length) : asked;
  return { ...provider, spec: { ...provider.spec, [name]: { model, ...(provider.spec[name] as Fields) } } };
}

function weighted(reader: Reader, name: string, value: unknown, path: string, find: Find): ModelEntry[] {
  const targets = reader.list(reader.fields(value, path, ['targets'])['targets'], `${path}.targets`);
  return targets.flatMap((entry, index) => {
    const at = `${path}.targets[${index}]`;
    const { model, weight } = reader.fields(entry, at, ['model', 'weight']);
    const found = find(model, `${at}.model`);
    if (found === undefined) return [];
    if (found.name !== model) {
      reader.fault(`${at}.model`, `name a model in full: "${found.name}" is a pattern`);
      return [];
    }
    return [{ name, backend: found.backend, weight: reader.count(weight, `${at}.weight`) ?? 1 }];
  });
}

/** Lower priorities first; those of one priority share the calls. */
function failover(reader: Reader, value: unknown, path: string, find: Find): Fields[][] {
  const groups = new Map<number, Fields[]>();
  const targets = reader.list(reader.fields(value, path, ['targets'])['targets'], `${path}.targets`);
  targets.forEach((entry, index) => {
    const at = `${path}.targets[${index}]`;
    const { model, priority } = reader.fields(entry, at, ['model', 'priority']);
    const found = find(model, `${at}.model`);
    const rank = reader.count(priority, `${at}.priority`);
    if (rank === undefined) reader.fault(`${at}.priority`, 'must be given');
    if (found === undefined || rank === undefined) return;
    groups.set(rank, [...(groups.get(rank) ?? []), providerSpec(found, `target-${index + 1}`)]);
  });
  return [...groups].sort(([a], [b]) => a - b).map(([, group]) => group);
}

function providerSpec(
  { provider, secret }: Pick<Model, 'provider' | 'secret' | 'backend'>,
  name = 'provider',
): Fields {
  const { spec, defaults = {}, overrides = {}, health } = provider;
  const set = (fields: Fields) =>
    Object.keys(fields).length === 0
      ? undefined
      : Object.entries(fields).map(([field, value]) => ({ field, value }));
  const ai = defined({ defaults: set(defaults), overrides: set(overrides) });
  const policies = defined({
    auth: secret === undefined ? undefined : { secretRef: { name: secret } },
    ai: Object.keys(ai).length === 0 ? undefined : ai,
    health,
  });
  return { name, ...spec, ...(Object.keys(policies).length > 0 && { policies }) };
}

const routes = {
  '/chat/completions': 'Completions',
  '/messages': 'Messages',
  '/messages/count_tokens': 'AnthropicTokenCount',
  '/responses': 'Responses',
  '/embeddings': 'Embeddings',
  '/models': 'Models',
  ':generateContent': 'GenerateContent',
  ':streamGenerateContent': 'GenerateContent',
  ':countTokens': 'GeminiCountTokens',
  '*': 'Completions',
};

function backendOf(name: string, groups: Fields[][]): KubeObject {
  return {
    apiVersion: 'agentgateway.dev/v1alpha1',
    kind: 'AgentgatewayBackend',
    metadata: { name, namespace, labels: { ...ownerLabel } },
    spec: { ai: { groups: groups.map((providers) => ({ providers })) }, policies: { ai: { routes } } },
  };
}

function credentialOf(name: string, credential: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace, labels: { ...ownerLabel } },
    stringData: { Authorization: credential },
  };
}

function defined(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
