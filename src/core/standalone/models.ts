/** `llm.models` and `llm.providers` → one AgentgatewayBackend whose targets are chosen by the model asked for. */
import { type ModelRouting, modelRoutingAnnotation } from '../config/backends.ts';
import type { RouteType } from '../config/snapshot.ts';
import type { KubeObject } from '../resources/object.ts';
import { nearest } from './nearest.ts';
import { objectOf } from './objects.ts';
import { paramsAt } from './params.ts';
import { keyVariable, type Params, type Provider, providerAt, providerSpec } from './providers.ts';
import { isMap, type MapReader } from './reader.ts';
import { secretAt } from './secrets.ts';

/** Which API the end of a path stands for: the standard paths of every SDK. */
const routes: Record<string, RouteType> = {
  '/chat/completions': 'Completions',
  '/messages': 'Messages',
  '/messages/count_tokens': 'AnthropicTokenCount',
  '/responses': 'Responses',
  '/embeddings': 'Embeddings',
  '/models': 'Models',
  ':generateContent': 'GenerateContent',
  ':streamGenerateContent': 'GenerateContent',
  ':countTokens': 'GeminiCountTokens',
};

interface Fields {
  defaults: object;
  overrides: object;
  stripPrefix?: string;
  key?: string;
}

interface Shared {
  provider: Provider | undefined;
  params: Params;
  fields: Fields;
}

export function convertModels(llm: MapReader): KubeObject {
  const shared = new Map<string, Shared>();
  for (const provider of llm.maps('providers')) {
    const name = provider.text('name');
    if (name === undefined) provider.fault('name', 'must be set');
    else if (shared.has(name)) provider.fault('name', 'another provider has this name');
    const defaults = provider.map('defaults');
    const fields = defaults === undefined ? noFields : fieldsOf(defaults);
    defaults?.end();
    shared.set(name ?? '', { provider: providerAt(provider), params: paramsAt(provider), fields });
    provider.end();
  }
  const routing: ModelRouting = {};
  const models = llm.maps('models');
  if (models.length === 0) llm.fault('models', 'must have one at least');
  const providers = models.flatMap((model, index) => convertModel(model, `model-${index}`, shared, routing));
  const spec = { ai: { groups: [{ providers }] }, policies: { ai: { routes } } };
  const annotations = { [modelRoutingAnnotation]: JSON.stringify(routing) };
  return objectOf('AgentgatewayBackend', 'llm', { spec }, {}, annotations);
}

function convertModel(
  model: MapReader,
  targetName: string,
  shared: ReadonlyMap<string, Shared>,
  routing: ModelRouting,
): object[] {
  const name = model.text('name');
  model.text('id');
  if (model.choice('visibility', { public: 'public', internal: 'internal' }) === 'internal')
    model.fault('visibility', 'internal models are for virtualModels alone, which are not supported here');
  const base = referenceOf(model, shared);
  const provider = base === undefined ? providerAt(model) : base.provider;
  const params = { ...base?.params, ...paramsAt(model) };
  const fields = merged(base?.fields ?? noFields, fieldsOf(model));
  model.end();
  if (name === undefined) {
    model.fault('name', 'must be set');
    return [];
  }
  if (/\*/.test(name.slice(1, -1)) || /^\*.+\*$/.test(name))
    model.fault('name', 'may have one *, at its begin or end');
  if (Object.values(routing).some(({ asked }) => asked === name))
    model.fault('name', 'another model has this name');
  routing[targetName] = { asked: name, ...(fields.stripPrefix && { stripModelPrefix: fields.stripPrefix }) };
  if (provider === undefined) return [];
  const key = fields.key ?? params.apiKey ?? keyFromEnvironment(model, provider, params);
  const asList = (map: object) =>
    Object.entries(map).map(([field, value]) => ({ field, value: value as unknown }));
  const ai = { defaults: asList(fields.defaults), overrides: asList(fields.overrides) };
  return [
    {
      name: targetName,
      ...providerSpec(provider, params, model),
      policies: { ...(key !== undefined && { auth: { key } }), ai },
    },
  ];
}

/** A hosted provider is never called without a credential. */
function keyFromEnvironment(model: MapReader, provider: Provider, { host }: Params): string | undefined {
  const variable = keyVariable(provider);
  if (variable === undefined) return undefined;
  const value = model.reader.surroundings.env(variable)?.trim();
  if (value === undefined || value === '') {
    if (host === undefined) model.fault('params.apiKey', `must be set, or ${variable} in the environment`);
    return undefined;
  }
  return value;
}

function referenceOf(model: MapReader, shared: ReadonlyMap<string, Shared>): Shared | undefined {
  const given = model.any('provider');
  if (!isMap(given) || given['reference'] === undefined) return undefined;
  const name = String(given['reference']);
  const found = shared.get(name);
  if (found !== undefined) return found;
  const known = [...shared.keys()];
  const hint = known.length === 0 ? 'llm.providers is empty' : `nearest: ${nearest(name, known)}`;
  model.fault('provider.reference', `no provider is named "${name}"; ${hint}`);
  return { provider: undefined, params: {}, fields: noFields };
}

const noFields: Fields = { defaults: {}, overrides: {} };

function merged(base: Fields, own: Fields): Fields {
  return {
    ...base,
    ...own,
    defaults: { ...base.defaults, ...own.defaults },
    overrides: { ...base.overrides, ...own.overrides },
  };
}

function fieldsOf(parent: MapReader): Fields {
  const stripPrefix = stripPrefixOf(parent);
  const key = credentialOf(parent);
  const mapOf = (name: string) => {
    const given = parent.any(name) ?? {};
    if (!isMap(given)) parent.fault(name, 'must be a map of fields');
    return isMap(given) ? given : {};
  };
  return {
    defaults: mapOf('defaults'),
    overrides: mapOf('overrides'),
    ...(stripPrefix !== undefined && { stripPrefix }),
    ...(key !== undefined && { key }),
  };
}

/** The one transformation that needs no CEL at each call. */
function stripPrefixOf(parent: MapReader): string | undefined {
  const transformation = parent.map('transformation');
  if (transformation === undefined) return undefined;
  const expression = transformation.text('model');
  transformation.end();
  const prefix = /^\s*llmRequest\.model\.stripPrefix\((["'])([^"'\\]+)\1\)\s*$/.exec(expression ?? '')?.[2];
  if (expression !== undefined && prefix === undefined)
    transformation.fault('model', 'only llmRequest.model.stripPrefix("…") is supported here');
  return prefix;
}

/** `auth: {key}`: text, a file, or `{value}`. */
function credentialOf(parent: MapReader): string | undefined {
  const auth = parent.map('auth');
  if (auth === undefined) return undefined;
  const given = auth.any('key');
  const nested = isMap(given) && given['value'] !== undefined ? auth.map('key') : undefined;
  const key = nested === undefined ? secretAt(auth, 'key') : secretAt(nested, 'value');
  nested?.end();
  auth.end();
  if (given === undefined) auth.fault('key', 'must be set');
  return key;
}
