/** `provider` and `params` of a model → the provider of an AgentgatewayBackend. */
import type { ProviderName, ProviderTarget, RouteType } from '../config/snapshot.ts';
import { presets } from '../llm/presets.ts';
import { providerOf } from '../llm/providers.ts';
import { nearest } from './nearest.ts';
import type { MapReader } from './reader.ts';

export interface Params {
  model?: string;
  apiKey?: string;
  awsRegion?: string;
  vertexRegion?: string;
  vertexProject?: string;
  azureResourceName?: string;
  azureResourceType?: string;
  azureApiVersion?: string;
  azureProjectName?: string;
  host?: string;
  port?: number;
  path?: string;
  pathPrefix?: string;
}

/** As the file has it → as the resources have it. */
const builtin: Record<string, ProviderName> = {
  openai: 'openai',
  openAI: 'openai',
  anthropic: 'anthropic',
  gemini: 'gemini',
  vertex: 'vertexai',
  bedrock: 'bedrock',
  azure: 'azure',
};

const formatTypes = {
  completions: 'Completions',
  messages: 'Messages',
  responses: 'Responses',
  embeddings: 'Embeddings',
  anthropicTokenCount: 'AnthropicTokenCount',
  rerank: 'Rerank',
} as const satisfies Record<string, RouteType>;

export type Provider =
  | { kind: 'builtin'; name: ProviderName }
  | { kind: 'preset'; vendor: string }
  | { kind: 'custom'; formats: { type: RouteType; path?: string }[] };

/** Local servers need no key; where a provider's own key is looked for in the environment. */
export function keyVariable(provider: Provider): string | undefined {
  if (provider.kind === 'custom') return undefined;
  if (provider.kind === 'builtin') {
    // AWS and Google sign with credentials of their own.
    if (provider.name === 'bedrock' || provider.name === 'vertexai') return undefined;
    return `${provider.name.toUpperCase()}_API_KEY`;
  }
  const local = presets.find(({ vendor }) => vendor === provider.vendor)!.host === '127.0.0.1';
  return local ? undefined : `${provider.vendor.toUpperCase()}_API_KEY`;
}

/** What `provider` says where it is no reference; undefined, and a fault, where it is none that is served. */
export function providerAt(parent: MapReader): Provider | undefined {
  const given = parent.any('provider');
  if (typeof given !== 'string') return customOf(parent);
  const name = builtin[given];
  const isServed = name !== undefined && providerOf({ provider: name } as ProviderTarget) !== undefined;
  if (isServed) return { kind: 'builtin', name };
  if (presets.some(({ vendor }) => vendor === given)) return { kind: 'preset', vendor: given };
  const served = Object.keys(builtin).filter(
    (one) => providerOf({ provider: builtin[one] } as ProviderTarget) !== undefined,
  );
  const all = [...served, ...presets.map(({ vendor }) => vendor), 'custom'];
  parent.fault('provider', `"${given}" is not served here; nearest: ${nearest(given, all)}`);
  return undefined;
}

function customOf(parent: MapReader): Provider | undefined {
  if (!parent.has('provider')) {
    parent.fault('provider', 'must be set');
    return undefined;
  }
  const map = parent.map('provider');
  const custom = map?.map('custom');
  map?.end();
  if (custom === undefined) {
    if (map !== undefined && !map.has('custom')) map.fault('custom', 'must be set, or reference');
    return undefined;
  }
  const formats = custom.maps('formats').flatMap((format) => {
    const type = format.choice('type', formatTypes);
    const path = format.text('path');
    format.end();
    if (type === undefined && !format.has('type')) format.fault('type', 'must be set');
    return type === undefined ? [] : [{ type, ...(path && { path }) }];
  });
  custom.end();
  if (formats.length === 0) custom.fault('formats', 'must have one at least');
  return { kind: 'custom', formats };
}

/** The part of a provider's spec that says who is called and where. `place`: of the model, for faults. */
export function providerSpec(provider: Provider, params: Params, place: MapReader): Record<string, unknown> {
  const { model, host, port, path, pathPrefix } = params;
  const address = {
    ...(host !== undefined && { host, port }),
    ...(path !== undefined && { path }),
    ...(pathPrefix !== undefined && { pathPrefix }),
  };
  const named = model === undefined ? {} : { model };
  if (provider.kind === 'preset') {
    const {
      vendor: _,
      title: __,
      formats,
      ...at
    } = presets.find(({ vendor }) => vendor === provider.vendor)!;
    return { custom: { formats, ...named }, ...at, ...address };
  }
  if (provider.kind === 'custom') {
    if (host === undefined) place.fault('params', 'baseUrl: must be set for a custom provider');
    return { custom: { formats: provider.formats, ...named }, ...address };
  }
  return { [provider.name]: { ...named, ...ownSettings(provider.name, params, place) }, ...address };
}

const resourceTypes: Record<string, string> = { openAI: 'OpenAI', foundry: 'Foundry', aiServices: 'Foundry' };

function ownSettings(provider: ProviderName, params: Params, place: MapReader): object {
  const { azureResourceName, azureResourceType = 'openAI', azureApiVersion, azureProjectName } = params;
  if (provider === 'vertexai') {
    if (params.vertexProject === undefined) place.fault('params', 'vertexProject: must be set');
    return { projectId: params.vertexProject, ...(params.vertexRegion && { region: params.vertexRegion }) };
  }
  if (provider === 'bedrock') return params.awsRegion === undefined ? {} : { region: params.awsRegion };
  if (provider !== 'azure') return {};
  if (azureResourceName === undefined) place.fault('params', 'azureResourceName: must be set');
  const resourceType = resourceTypes[azureResourceType];
  if (resourceType === undefined)
    place.fault(
      'params',
      `azureResourceType: nearest: ${nearest(azureResourceType, Object.keys(resourceTypes))}`,
    );
  return {
    resourceName: azureResourceName,
    resourceType,
    ...(azureApiVersion && { apiVersion: azureApiVersion }),
    ...(azureProjectName && { projectName: azureProjectName }),
  };
}
