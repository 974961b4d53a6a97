/**
 * The configuration the data path works from: plain data (it crosses a thread border by structured clone), built once
 * per change by `compile`, never mutated. CEL stays text here; the data path compiles it once when it takes a snapshot over.
 * Names of objects are `namespace/name`, as in logs and metrics.
 */
import type { Budget } from '../budget/model.ts';
import type { PromptGuard } from '../guard/model.ts';
import type { RateLimitConfig } from '../ratelimit/model.ts';
import type { HealthPolicy, RetryPolicy } from '../resilience/model.ts';
import type { ModelRoute } from '../route/match-model.ts';
import type { Credential, KeyLocation } from './credential.ts';
import type { GatewayTracing } from './gateway-tracing.ts';
import type { KeyTerms } from './key-terms.ts';
import type { RecordingRule } from './recording.ts';

export interface Snapshot {
  /** All that are in force anywhere. */
  budgets: Budget[];
  /** Counts up by one per compiled change. */
  generation: number;
  binds: Bind[];
  backends: Record<string, Backend>;
  keySets: Record<string, KeySet>;
  /** The embedded rate limit service's configuration; absent when none was ever valid (calls are then refused). */
  rateLimits?: RateLimitConfig;
  /** By Gateway; absent where no policy asks for it. */
  tracing?: Record<string, GatewayTracing>;
  /** Why a source of it was refused; what that source said before stays in force. */
  rateLimitErrors: string[];
}

/** One TCP port and the listeners that share it. */
export interface Bind {
  port: number;
  listeners: Listener[];
}

export interface Listener {
  gateway: string;
  name: string;
  /** Exact or `*.suffix`; absent matches every host. */
  hostname?: string;
  routes: Route[];
}

export interface Route {
  name: string;
  /** RFC 3339; the older route wins a tie (Gateway API precedence), then the name. */
  createdAt: string;
  /** Intersected with the listener's hostname; empty means every host the listener takes. */
  hostnames: string[];
  rules: RouteRule[];
}

export interface RouteRule {
  index: number;
  name?: string;
  /** Never empty: a rule without matches is `PathPrefix /`. */
  matches: RouteMatch[];
  filters: RouteFilter[];
  /** Gateway → listener → route → rule, merged field by field; the more specific one has replaced the other. */
  traffic: TrafficPolicy;
  backends: WeightedBackend[];
  /** The backend is chosen by the model that is asked for, when the body has been read. */
  models?: ModelRoute[];
  /** What is said in its calls is recorded; absent: it is not. */
  recording?: RecordingRule;
  /** Of the call as a whole, with all its attempts, to the last byte. */
  requestTimeoutMs?: number;
  /** Of one attempt, to its last byte. */
  attemptTimeoutMs?: number;
}

export interface StringMatch {
  type: 'Exact' | 'RegularExpression';
  value: string;
}
export interface RouteMatch {
  path: { type: 'Exact' | 'PathPrefix' | 'RegularExpression'; value: string };
  method?: string;
  headers: (StringMatch & { name: string })[];
  queryParams: (StringMatch & { name: string })[];
}

export interface HeaderModifier {
  set: { name: string; value: string }[];
  add: { name: string; value: string }[];
  remove: string[];
}
export type PathRewrite =
  | { type: 'ReplaceFullPath'; value: string }
  | { type: 'ReplacePrefixMatch'; value: string };
export type RouteFilter =
  | { type: 'URLRewrite'; hostname?: string; path?: PathRewrite }
  | { type: 'RequestHeaderModifier'; modifier: HeaderModifier }
  | { type: 'ResponseHeaderModifier'; modifier: HeaderModifier }
  | {
      type: 'RequestRedirect';
      scheme?: string;
      hostname?: string;
      port?: number;
      path?: PathRewrite;
      statusCode: number;
    };

export interface WeightedBackend {
  weight: number;
  /** Key of `Snapshot.backends`. Absent when the reference does not resolve: the call is refused with `refusal`. */
  backend?: string;
  refusal?: string;
  filters: RouteFilter[];
}

/** Every field names the policy it comes from, so that a refusal and the log can. */
export interface TrafficPolicy {
  /** Policies attached here that could not be compiled: what they guard is refused (500), the reason is logged. */
  broken: { policy: string; message: string }[];
  apiKey?: ApiKeyPolicy;
  authorization: AuthorizationPolicy[];
  localRateLimit?: Conditional<LocalLimit[]>;
  globalRateLimit?: Conditional<GlobalLimit>;
  /** All that are in force on the Gateway; which of them a call draws on is decided by its key. */
  budgets: Budget[];
  headerModifiers?: { policy: string; request?: HeaderModifier; response?: HeaderModifier };
  directResponse?: Conditional<{ status: number; body?: string }>;
  requestTimeoutMs?: number;
  /** Of model calls; a provider's own wins. */
  promptGuard?: PromptGuard;
  /** The rule's own has replaced the policies'. */
  retry?: RetryPolicy;
}

/** First entry whose condition holds wins; an entry without condition always holds and is last. */
export interface Conditional<T> {
  policy: string;
  entries: { condition?: string; value: T }[];
}

export interface ApiKeyPolicy {
  policy: string;
  mode: 'Strict' | 'Optional' | 'Permissive';
  /** Absent: `Authorization: Bearer`, then `x-api-key`, `api-key`, `x-goog-api-key`. */
  location?: KeyLocation;
  /** Keys of `Snapshot.keySets`. */
  keySets: string[];
}

/** The keys of one Secret or ConfigMap. */
export interface KeySet {
  keys: KeyEntry[];
}
export interface KeyEntry {
  /** `<Kind>/<namespace>/<object>/<entry>`: names the key in logs and the ledger, never its value. */
  id: string;
  /** Lower-case hex SHA-256 of the key's value. */
  sha256: string;
  /** What CEL sees as `apiKey.*`. */
  metadata: Record<string, unknown>;
  /** Of a VirtualKey; absent for keys of agentgateway's form. */
  terms?: KeyTerms;
}

/** A VirtualKey's value as it is looked up apart from snapshots: it has one holder, whichever Gateway is called. */
export interface SharedKey extends KeyEntry {
  namespace: string;
  /** `namespace/name` of the Gateways that it opens; absent: all of its namespace. */
  targets?: string[];
}

export interface AuthorizationPolicy {
  policy: string;
  action: 'Allow' | 'Deny' | 'Require';
  expressions: string[];
}

export interface LocalLimit {
  /** Identifies the bucket: policy, target and index. */
  bucket: string;
  counts: 'Requests' | 'Tokens';
  limit: number;
  burst: number;
  unitSeconds: number;
  /** CEL; one bucket per distinct value. Absent: one bucket shared by all callers. */
  keyExpression?: string;
}

export interface GlobalLimit {
  domain: string;
  service: RateLimitTarget;
  failureMode: 'FailClosed' | 'FailOpen';
  descriptors: LimitDescriptor[];
}
export interface LimitDescriptor {
  entries: { name: string; expression: string }[];
  counts: 'Requests' | 'Tokens';
  costExpression?: string;
  limitOverrideExpression?: string;
}
export type RateLimitTarget =
  | { type: 'embedded' }
  | { type: 'remote'; name: string; addresses: string[]; tls: boolean }
  | { type: 'unavailable'; name: string; reason: string };

/** `refusal` set: credentials or references of this backend do not resolve, every call to it is refused (500). */
export type Backend = AiBackend | HttpBackend;
export interface AiBackend {
  type: 'ai';
  name: string;
  refusal?: string;
  /** Priority groups, the first is tried first. */
  groups: ProviderTarget[][];
  /** Path suffix (or `*`) → route type; empty means everything is Completions. */
  routes: Record<string, RouteType>;
}
export interface HttpBackend {
  type: 'http';
  name: string;
  refusal?: string;
  /** `scheme://host:port`, one per endpoint. */
  origins: string[];
  credential?: Credential;
  /** To the answer's head. */
  requestTimeoutMs?: number;
  connectTimeoutMs?: number;
}

export type RouteType =
  | 'Completions'
  | 'Messages'
  | 'Models'
  | 'Passthrough'
  | 'Detect'
  | 'Responses'
  | 'AnthropicTokenCount'
  | 'Embeddings'
  | 'Realtime'
  | 'Rerank'
  | 'GenerateContent'
  | 'GeminiCountTokens';

export type ProviderName =
  | 'anthropic'
  | 'openai'
  | 'azure'
  | 'azureopenai'
  | 'gemini'
  | 'vertexai'
  | 'bedrock'
  | 'custom';

export interface ProviderTarget {
  name: string;
  provider: ProviderName;
  /** The configured model; it wins over the client's. */
  model?: string;
  /** `scheme://host[:port]`, the provider's default, the resource's host/port or `--provider-url`. */
  origin: string;
  /** Replaces the provider's path altogether. */
  path?: string;
  /** Put before the provider's path. */
  pathPrefix?: string;
  /** Which wire format a `custom` provider takes. */
  formats?: { type: RouteType; path?: string }[];
  /** Of the Azure providers. */
  azure?: { apiVersion?: string; project?: string };
  bedrock?: { guardrail?: { identifier: string; version: string } };
  vertexai?: { projectId: string; region: string };
  /** Who answers at this address, where that is known: what its calls are priced and reported by. */
  vendor?: string;
  credential?: Credential;
  guard?: PromptGuard;
  /** Present where its failures are counted: it is configured, or there is another provider to go to. */
  health?: HealthPolicy;
  /** Its share of its group's calls; absent in groups that go by load. */
  weight?: number;
  modelAliases: Record<string, string>;
  defaults: { field: string; value: unknown }[];
  overrides: { field: string; value: unknown }[];
  promptCaching?: PromptCaching;
  prompt?: { prepend: { role: string; content: string }[]; append: { role: string; content: string }[] };
  /** To the answer's head. */
  requestTimeoutMs?: number;
  connectTimeoutMs?: number;
  /** Longest silence inside an answer. */
  idleTimeoutMs?: number;
}

/** What is marked for prompt caching, at the providers that want marks for it. */
export interface PromptCaching {
  /** From `minTokens` on, by estimate. */
  cacheSystem: boolean;
  minTokens: number;
  cacheTools: boolean;
  /** The message before the last one, or this many before that. */
  cacheMessages: boolean;
  cacheMessageOffset: number;
}
