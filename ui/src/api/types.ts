/** Shapes of the admin API (`GET /api/v1/openapi.json`). Money is in nano-dollars, times are RFC 3339 unless named `…Ms`. */
import type { Usage } from '../../../src/core/llm/usage.ts';
import type { TokenKind } from '../../../src/core/llm/usage-kinds.ts';
import type { AttemptRecord } from '../../../src/core/record.ts';

/** `owner`: of a team. `holder`: of a virtual key. */
export type Role = 'admin' | 'viewer' | 'owner' | 'holder';

export interface Session {
  role: Role;
  /** Of the person, or of the admin token where it is a named one. */
  name?: string;
  from?: 'oidc' | 'password';
  /** Of an owner. */
  team?: string;
  csrf: string;
}

export type KeyStatus = 'active' | 'disabled' | 'expired' | 'pending' | 'invalid';

export interface KeyLimits {
  requestsPerMinute?: number;
  tokensPerMinute?: number;
  concurrency?: number;
}

export interface Key {
  id: string;
  source: 'VirtualKey' | 'Secret' | 'ConfigMap';
  namespace: string;
  name: string;
  owner?: string;
  display?: string;
  status: KeyStatus;
  message?: string;
  metadata: Record<string, unknown>;
  labels: Record<string, string>;
  allowedModels: string[];
  allowedRoutes: string[];
  allowedCIDRs: string[];
  limits: KeyLimits;
  expiresAt?: string;
  createdAt: string;
  lastUsedAt?: string;
  /** This calendar month, UTC. */
  usage: { requests: number; tokens: number; costNano: number };
  resourceVersion: string;
  editable: boolean;
}

export interface KeyInput {
  namespace?: string;
  name: string;
  owner?: string;
  metadata?: Record<string, unknown>;
  labels?: Record<string, string>;
  allowedModels?: string[];
  allowedRoutes?: string[];
  allowedCIDRs?: string[];
  limits?: KeyLimits;
  expiresAt?: string;
}

/** Fields left out stay; `null` takes one away. */
export type KeyChange = { [Field in keyof Omit<KeyInput, 'namespace' | 'name'>]?: KeyInput[Field] | null };

/** `value` is there only when the gateway made it, and only in this answer. */
export interface IssuedKey {
  key: Key;
  value?: string;
}

export interface Page<T> {
  items: T[];
  total: number;
  /** There are more than `total`: so many that nobody has counted them. */
  atLeast?: boolean;
}

/** Tokens by kind: some are a part of others. */
export interface UsageFigures extends Record<TokenKind, number> {
  requests: number;
  refused: number;
  failed: number;
  tokens: number;
  costNano: number;
  unpriced: number;
  /** Calls. */
  estimated: number;
}

export interface UsageRow extends UsageFigures {
  group: Record<string, string>;
  bucketStart?: string;
  /** Of all groups that have no name of their own in a chart. */
  rest?: boolean;
}

export interface UsageReport {
  rows: UsageRow[];
  /** On all pages, where one was asked for. */
  groups?: number;
  total: UsageFigures;
}

export interface Call {
  id: string;
  startedAtMs: number;
  durationMs: number;
  gateway?: string;
  listener?: string;
  route?: string;
  backend?: string;
  endpoint?: string;
  sourceAddress: string;
  method: string;
  host: string;
  path: string;
  status: number;
  key?: { id: string; user?: string; metadata: Record<string, unknown>; labels: Record<string, string> };
  llm?: CallModel;
  reason?: string;
  error?: string;
  decisions: string[];
  attempts?: AttemptRecord[];
  responseBytes: number;
  /** Absent: nothing that was said is recorded. */
  content?: { prompts: boolean; answers: boolean; setBy: string };
  budgets?: { budget: string; group: string; unit: string; used: number }[];
}

interface CallModel {
  operation: string;
  provider: string;
  requestModel?: string;
  responseModel?: string;
  streaming: boolean;
  maxTokens?: number;
  usage?: Usage;
  costNano?: number;
  timeToFirstTokenMs?: number;
  timePerOutputTokenMs?: number;
}

export interface Calls {
  items: Call[];
  next?: string;
}
