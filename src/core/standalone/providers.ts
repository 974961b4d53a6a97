/** `llm.providers[]`, and the provider and parameters of a model → the provider of an AgentgatewayBackend and its credential. */
import { presets } from '../llm/presets.ts';
import type { Reader } from './reader.ts';

type Fields = Record<string, unknown>;

export interface ReadProvider {
  /** As in `spec.ai.provider`, without a credential. */
  spec: Fields;
  credential?: string;
  defaults?: Fields;
  overrides?: Fields;
  health?: Fields;
}

export const providerFields = ['name', 'provider', 'params', 'defaults'];

const paramFields = [
  'model',
  'apiKey',
  'baseUrl',
  'hostOverride',
  'pathOverride',
  'pathPrefix',
  'awsRegion',
  'vertexRegion',
  'vertexProject',
  'azureResourceName',
  'azureResourceType',
  'azureApiVersion',
  'azureProjectName',
  'tokenize',
];

const builtIn = {
  openai: 'openai',
  openAI: 'openai',
  anthropic: 'anthropic',
  gemini: 'gemini',
  vertex: 'vertexai',
  bedrock: 'bedrock',
  azure: 'azure',
} as const;

/** `model` fixed by the document; params of the model win over those of the provider that it refers to. */
export function readProvider(
  reader: Reader,
  provider: unknown,
  params: Fields,
  path: string,
): ReadProvider | undefined {
  const paramsPath = `${path}.params`;
  reader.fields(params, paramsPath, paramFields);
  if (params['tokenize'] === true)
    reader.fault(`${paramsPath}.tokenize`, 'is not supported: input is bounded before each call as it is');
  const model = reader.text(params['model'], `${paramsPath}.model`);
  const kind = kindOf(reader, provider, `${path}.provider`);
  if (kind === undefined) return undefined;
  const spec: Fields = {
    [kind.name]: {
      ...kind.own,
      ...(model !== undefined && { model }),
      ...cloudFields(reader, kind.name, params, paramsPath),
    },
    ...kind.place,
    ...placeOf(reader, params, paramsPath),
  };
  const credential = reader.secret(params['apiKey'], `${paramsPath}.apiKey`);
  return { spec, ...(credential !== undefined && { credential }) };
}

interface Kind {
  name: string;
  own: Fields;
  /** Where presets answer. */
  place: Fields;
}

function kindOf(reader: Reader, provider: unknown, path: string): Kind | undefined {
  if (typeof provider === 'object' && provider !== null) {
    const custom = reader.fields(provider, path, ['custom', 'reference'])['custom'];
    if (custom === undefined) return undefined;
    const { formats, model } = reader.fields(custom, `${path}.custom`, ['formats', 'model'], {
      providerOverride: 'prices are found by the address of the provider',
    });
    return {
      name: 'custom',
      own: {
        formats: formatsOf(reader, formats, `${path}.custom.formats`),
        ...(model !== undefined && { model }),
      },
      place: {},
    };
  }
  const preset = presets.find(({ vendor }) => vendor === provider);
  if (preset !== undefined) {
    const { host, port, pathPrefix, formats } = preset;
    return { name: 'custom', own: { formats }, place: { host, port, ...(pathPrefix && { pathPrefix }) } };
  }
  const names = { ...builtIn, ...Object.fromEntries(presets.map(({ vendor }) => [vendor, vendor])) };
  const name = reader.oneOf(provider, path, names);
  if (provider === undefined) reader.fault(path, 'must be given');
  return name === undefined ? undefined : { name, own: {}, place: {} };
}

const formatNames = Object.fromEntries(
  ['Completions', 'Messages', 'Responses', 'Embeddings', 'AnthropicTokenCount', 'Rerank', 'Realtime'].flatMap(
    (name) => [
      [name, name],
      [name[0]!.toLowerCase() + name.slice(1), name],
    ],
  ),
);

function formatsOf(reader: Reader, value: unknown, path: string): Fields[] {
  return reader.list(value, path).flatMap((entry, index) => {
    const at = `${path}[${index}]`;
    const { type, path: own } = reader.fields(entry, at, ['type', 'path']);
    const name = reader.oneOf(type, `${at}.type`, formatNames);
    return name === undefined ? [] : [{ type: name, ...(typeof own === 'string' && { path: own }) }];
  });
}

function cloudFields(reader: Reader, kind: string, params: Fields, path: string): Fields {
  const text = (name: string) => reader.text(params[name], `${path}.${name}`);
  const required = (name: string) => {
    const value = text(name);
    if (value === undefined) reader.fault(`${path}.${name}`, 'must be given for this provider');
    return value;
  };
  if (kind === 'bedrock') return { region: required('awsRegion') };
  if (kind === 'vertexai')
    return { projectId: required('vertexProject'), region: text('vertexRegion') ?? 'global' };
  if (kind !== 'azure') return {};
  const types = { openAI: 'OpenAI', foundry: 'Foundry' } as const;
  const resourceType =
    params['azureResourceType'] === undefined
      ? 'OpenAI'
      : reader.oneOf(params['azureResourceType'], `${path}.azureResourceType`, types);
  const apiVersion = text('azureApiVersion');
  const projectName = text('azureProjectName');
  return {
    resourceName: required('azureResourceName'),
    resourceType,
    ...(apiVersion !== undefined && { apiVersion }),
    ...(projectName !== undefined && { projectName }),
  };
}

function placeOf(reader: Reader, params: Fields, path: string): Fields {
  const { baseUrl, hostOverride, pathOverride, pathPrefix } = params;
  const place: Fields = {};
  if (baseUrl !== undefined) Object.assign(place, fromBaseUrl(reader, baseUrl, `${path}.baseUrl`));
  const host = reader.text(hostOverride, `${path}.hostOverride`);
  if (host !== undefined) Object.assign(place, hostAndPort(reader, host, 443, `${path}.hostOverride`));
  const own = reader.text(pathOverride, `${path}.pathOverride`);
  if (own !== undefined) place['path'] = own;
  const prefix = reader.text(pathPrefix, `${path}.pathPrefix`);
  if (prefix !== undefined) place['pathPrefix'] = prefix;
  return place;
}

/** Port 443 is spoken to in TLS, any other in plain HTTP: what says otherwise cannot be expressed. */
function fromBaseUrl(reader: Reader, value: unknown, path: string): Fields {
  const url = /^(https?):\/\/([^/?#]+)(\/[^?#]*)?$/.exec(reader.text(value, path) ?? '');
  if (url === null) {
    reader.fault(path, 'must be an http or https URL without a query');
    return {};
  }
  const [, scheme, authority, base = ''] = url;
  const place = hostAndPort(reader, authority!, scheme === 'https' ? 443 : 80, path);
  if ((scheme === 'https') !== (place['port'] === 443))
    reader.fault(path, 'https goes with port 443, and http with any other port');
  const prefix = base.replace(/\/+$/, '').replace(/\/v1$/, '');
  return prefix === '' ? place : { ...place, pathPrefix: prefix };
}

function hostAndPort(reader: Reader, text: string, fallback: number, path: string): Fields {
  const found = /^(\[[^\]]+\]|[^:]+)(?::(\d{1,5}))?$/.exec(text);
  if (found === null) {
    reader.fault(path, 'must be a host, or a host and a port');
    return {};
  }
  return { host: found[1]!, port: found[2] === undefined ? fallback : Number(found[2]) };
}
