/** A provider of an AgentgatewayBackend → the target that the data path calls. */

import { vendorOf } from '../llm/presets.ts';
import { cloudOf, cloudOrigin } from './cloud-targets.ts';
import type { CompileContext } from './context.ts';
import { type AuthSpec, compileCredential } from './credentials.ts';
import { durationMs } from './durations.ts';
import { compilePromptGuard, type PromptGuardSpec } from './prompt-guards.ts';
import { compileHealth, type HealthSpec } from './resilience-fields.ts';
import { serviceOrigins } from './services.ts';
import type { PromptCaching, ProviderName, ProviderTarget, RouteType } from './snapshot.ts';

export interface ProviderSpec {
  name?: string;
  host?: string;
  port?: number;
  path?: string;
  pathPrefix?: string;
  policies?: BackendPoliciesSpec;
  [provider: string]: unknown;
}
export interface BackendPoliciesSpec {
  auth?: AuthSpec;
  ai?: AiPolicySpec;
  http?: { requestTimeout?: string };
  tcp?: { connectTimeout?: string; [other: string]: unknown };
  health?: HealthSpec;
  [other: string]: unknown;
}
export interface AiPolicySpec {
  routes?: Record<string, RouteType>;
  modelAliases?: Record<string, string>;
  defaults?: { field: string; value: unknown }[];
  overrides?: { field: string; value: unknown }[];
  promptGuard?: PromptGuardSpec;
  prompt?: { prepend?: { role: string; content: string }[]; append?: { role: string; content: string }[] };
  promptCaching?: PromptCaching;
  [other: string]: unknown;
}
interface ModelSpec {
  model?: string;
  formats?: { type: RouteType; path?: string }[];
  backendRef?: { kind?: string; name: string; port?: number };
  /** Azure's. */
  apiVersion?: string;
  endpoint?: string;
  deploymentName?: string;
  resourceName?: string;
  resourceType?: 'Foundry' | 'OpenAI';
  projectName?: string;
  /** Of the clouds. */
  region?: string;
  guardrail?: { identifier: string; version: string };
  projectId?: string;
}

const providerNames: ProviderName[] = [
  'anthropic',
  'openai',
  'azure',
  'azureopenai',
  'gemini',
  'vertexai',
  'bedrock',
  'custom',
];

/** Where each provider answers when nothing else is said. Those without an entry need settings of their own. */
const defaultOrigins: Partial<Record<ProviderName, string>> = {
  anthropic: 'https://api.anthropic.com',
  openai: 'https://api.openai.com',
  gemini: 'https://generativelanguage.googleapis.com',
};

export type TargetResult = { target: ProviderTarget } | { fault: string };

export function compileTarget(
  context: CompileContext,
  namespace: string,
  backendName: string,
  spec: ProviderSpec,
  policies: BackendPoliciesSpec,
): TargetResult {
  const merged = mergePolicies(policies, spec.policies ?? {});
  const unserved = unservedField(merged);
  if (unserved !== undefined) return { fault: `policies.${unserved} is not served by this version` };
  const provider = providerNames.find((name) => spec[name] !== undefined)!;
  const model = (spec[provider] ?? {}) as ModelSpec;
  const origin = originOf(context, namespace, provider, spec, model);
  if ('fault' in origin) return origin;
  const auth = compileCredential(context, namespace, merged.auth, { provider, ...model });
  if ('fault' in auth) return auth;
  const { ai = {}, http, tcp, health: healthSpec } = merged;
  const owner = { kind: 'AgentgatewayBackend', namespace, name: backendName } as const;
  const guarded = ai.promptGuard && compilePromptGuard(context, owner, ai.promptGuard);
  if (guarded !== undefined && 'fault' in guarded) return { fault: `policies.ai.${guarded.fault}` };
  const health = healthSpec === undefined ? undefined : compileHealth(healthSpec);
  if (health !== undefined && 'fault' in health) return health;
  return {
    target: {
      name: spec.name === undefined ? backendName : `${backendName}/${spec.name}`,
      provider,
      model: model.model ?? model.deploymentName,
      origin: origin.origin,
      path: spec.path,
      pathPrefix: spec.pathPrefix ?? origin.pathPrefix,
      formats: model.formats,
      ...azureOf(provider, model),
      ...cloudOf(provider, model),
      ...vendorAt(provider, origin.origin),
      credential: auth.credential,
      ...guarded,
      modelAliases: ai.modelAliases ?? {},
      defaults: ai.defaults ?? [],
      overrides: ai.overrides ?? [],
      ...(ai.prompt && { prompt: { prepend: ai.prompt.prepend ?? [], append: ai.prompt.append ?? [] } }),
      ...(ai.promptCaching && { promptCaching: ai.promptCaching }),
      ...health,
      ...(http?.requestTimeout && { requestTimeoutMs: durationMs(http.requestTimeout) }),
      ...(tcp?.connectTimeout && { connectTimeoutMs: durationMs(tcp.connectTimeout) }),
    },
  };
}

/** Field by field, and those of `ai` one by one: `inner` replaces. */
export function mergePolicies(outer: BackendPoliciesSpec, inner: BackendPoliciesSpec): BackendPoliciesSpec {
  return { ...outer, ...inner, ai: { ...outer.ai, ...inner.ai } };
}

const servedPolicies = new Set(['auth', 'ai', 'http', 'tcp', 'health']);
const servedAi = new Set([
  'routes',
  'modelAliases',
  'defaults',
  'overrides',
  'prompt',
  'promptCaching',
  'promptGuard',
]);

export function isServedPolicy(field: string): boolean {
  return servedPolicies.has(field);
}

/** A guard that would not run must not be taken for one that does. */
export function unservedField(policies: BackendPoliciesSpec): string | undefined {
  const policy = Object.keys(policies).find((field) => !servedPolicies.has(field));
  if (policy !== undefined) return policy;
  const tcp = Object.keys(policies.tcp ?? {}).find((field) => field !== 'connectTimeout');
  if (tcp !== undefined) return `tcp.${tcp}`;
  const ai = Object.keys(policies.ai ?? {}).find((field) => !servedAi.has(field));
  return ai === undefined ? undefined : `ai.${ai}`;
}

function originOf(
  context: CompileContext,
  namespace: string,
  provider: ProviderName,
  spec: ProviderSpec,
  model: ModelSpec,
): { origin: string; pathPrefix?: string } | { fault: string } {
  if (model.backendRef !== undefined) {
    const { kind = 'Service', name, port } = model.backendRef;
    const origins = kind === 'Service' ? serviceOrigins(context, namespace, name, port) : undefined;
    return origins?.[0] === undefined
      ? { fault: `backendRef ${kind} ${namespace}/${name} has no endpoints` }
      : { origin: origins[0] };
  }
  if (spec.host !== undefined) {
    // Port 443 is spoken to in TLS, as agentgateway does; any other port in plain HTTP.
    const scheme = spec.port === 443 ? 'https' : 'http';
    return { origin: `${scheme}://${spec.host}:${spec.port}` };
  }
  const override = context.providerUrls[provider];
  if (override !== undefined) return splitUrl(override);
  const origin = defaultOrigins[provider] ?? azureOrigin(provider, model) ?? cloudOrigin(provider, model);
  return origin === undefined ? { fault: `provider ${provider} is not served by this version` } : { origin };
}

/** The older form names the host, with or without a scheme; the newer one the resource and its kind. */
function azureOrigin(provider: ProviderName, model: ModelSpec): string | undefined {
  if (provider === 'azureopenai')
    return `https://${model.endpoint!.replace(/^https?:\/\//i, '').replace(/\/.*$/, '')}`;
  if (provider !== 'azure') return undefined;
  const domain = model.resourceType === 'Foundry' ? 'services.ai.azure.com' : 'openai.azure.com';
  return `https://${model.resourceName}.${domain}`;
}

function azureOf(provider: ProviderName, model: ModelSpec): Pick<ProviderTarget, 'azure'> {
  if (provider !== 'azure' && provider !== 'azureopenai') return {};
  const project = model.resourceType === 'Foundry' ? model.projectName : undefined;
  return {
    azure: { ...(model.apiVersion && { apiVersion: model.apiVersion }), ...(project && { project }) },
  };
}

function vendorAt(provider: ProviderName, origin: string): Pick<ProviderTarget, 'vendor'> {
  const vendor = provider === 'custom' || provider === 'openai' ? vendorOf(origin) : undefined;
  return vendor === undefined ? {} : { vendor };
}

function splitUrl(url: string): { origin: string; pathPrefix?: string } {
  const slash = url.indexOf('/', url.indexOf('://') + 3);
  if (slash < 0) return { origin: url };
  const path = url.slice(slash).replace(/\/+$/, '');
  return { origin: url.slice(0, slash), ...(path !== '' && { pathPrefix: path }) };
}
