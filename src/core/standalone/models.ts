/** `llm.models[]` → AgentgatewayBackends, Secrets with their credentials, and who serves which name. */
import { defined } from './defined.ts';
import {
  backendOf,
  credentialOf,
  type Model,
  type ModelEntry,
  providerSpec,
  type ReadModels,
} from './model-objects.ts';
import type { Names } from './names.ts';
import { providerFields, readProvider } from './providers.ts';
import type { Reader } from './reader.ts';
import { readVirtualModels } from './virtual-models.ts';

type Fields = Record<string, unknown>;

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
  const objects = models.flatMap(({ backend, provider, secret }) => [
    ...(secret === undefined ? [] : [credentialOf(secret, provider.credential!)]),
    backendOf(backend, [[providerSpec({ provider, secret })]]),
  ]);
  const hidden = new Set(models.flatMap(({ name, internal }) => (internal ? [name] : [])));
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
  const visibility = reader.oneOf(fields['visibility'], `${path}.visibility`, visibilities);
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
    internal: visibility === 'internal',
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
