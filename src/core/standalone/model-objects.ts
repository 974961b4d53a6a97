/** A model as it was read, and the objects that it becomes. */
import type { KubeObject } from '../resources/object.ts';
import { defined } from './defined.ts';
import { owned } from './owned.ts';
import type { ReadProvider } from './providers.ts';

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

export interface Model {
  name: string;
  /** Clients may not ask for it themselves. */
  internal: boolean;
  backend: string;
  provider: ReadProvider;
  secret?: string;
  stripPrefix?: string;
}

export function providerSpec(
  { provider, secret }: Pick<Model, 'provider' | 'secret'>,
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

export function backendOf(name: string, groups: Fields[][]): KubeObject {
  return owned('AgentgatewayBackend', 'agentgateway.dev/v1alpha1', name, {
    spec: { ai: { groups: groups.map((providers) => ({ providers })) }, policies: { ai: { routes } } },
  });
}

export function credentialOf(name: string, credential: string): KubeObject {
  return owned('Secret', 'v1', name, { stringData: { Authorization: credential } });
}
