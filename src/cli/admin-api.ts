/** What the admin API answers, as far as commands read it. Times are RFC 3339, money nano-dollars. */
import type { TokenKind } from '../core/llm/usage-kinds.ts';

export interface KeyView {
  id: string;
  source: 'VirtualKey' | 'Secret' | 'ConfigMap';
  namespace: string;
  name: string;
  owner?: string;
  display?: string;
  status: 'active' | 'disabled' | 'expired' | 'pending' | 'invalid';
  message?: string;
  metadata: Record<string, unknown>;
  labels: Record<string, string>;
  allowedModels: string[];
  allowedRoutes: string[];
  allowedCIDRs: string[];
  limits: { requestsPerMinute?: number; tokensPerMinute?: number; concurrency?: number };
  expiresAt?: string;
  createdAt: string;
  lastUsedAt?: string;
  /** This calendar month, UTC. */
  usage: { requests: number; tokens: number; costNano: number };
  resourceVersion: string;
  editable: boolean;
}

/** `value` is there only when the gateway made it. */
export interface IssuedKey {
  key: KeyView;
  value?: string;
}

/** What a key is made of; without `value` and `keyHash` the gateway makes a value. */
export interface NewKey {
  namespace?: string;
  name: string;
  owner?: string;
  metadata?: Record<string, unknown>;
  labels?: Record<string, string>;
  allowedModels?: string[];
  allowedRoutes?: string[];
  allowedCIDRs?: string[];
  limits?: KeyView['limits'];
  expiresAt?: string;
  value?: string;
  keyHash?: string;
}

export interface ImportResult {
  index: number;
  name: string;
  ok: boolean;
  error?: string;
  value?: string;
}

export interface BudgetCounter {
  group: string;
  /** Dollars are decimal text, all others numbers. */
  limit: number | string;
  used: number | string;
  reserved: number | string;
  remaining: number | string;
  resetsAt?: string;
}

export interface BudgetView {
  namespace: string;
  name: string;
  spec: Record<string, unknown>;
  status: 'ok' | 'invalid';
  message?: string;
  /** Fullest first. */
  counters: BudgetCounter[];
  unit: string;
  resourceVersion: string;
  forecast?: { runsOutAt?: string; perDay: number };
}

export interface UsageFigures extends Record<TokenKind, number> {
  requests: number;
  refused: number;
  failed: number;
  tokens: number;
  costNano: number;
  unpriced: number;
  estimated: number;
}

export interface UsageRow extends UsageFigures {
  group: Record<string, string>;
  bucketStart?: string;
}
