/** What a key may do, beside who holds it: checked on every call made with it. */
import type { KeyLimits } from '../budget/model.ts';

export interface KeyTerms {
  /** `VirtualKey` name or entry of a Secret, for people. */
  display?: string;
  owner?: string;
  /** What budgets select by. */
  labels: Record<string, string>;
  /** Patterns with `*`; empty: all. */
  allowedModels: string[];
  /** `namespace/name` of HTTPRoutes; empty: all. */
  allowedRoutes: string[];
  /** CIDR blocks; empty: all. */
  allowedCidrs: string[];
  expiresAtMs?: number;
  disabled: boolean;
  limits?: KeyLimits;
}

/** Keys of agentgateway's form have no terms of their own; their text metadata serve as labels. */
export function termsOfMetadata(metadata: Record<string, unknown>): KeyTerms {
  const labels: Record<string, string> = {};
  for (const [name, value] of Object.entries(metadata)) if (typeof value === 'string') labels[name] = value;
  return { labels, allowedModels: [], allowedRoutes: [], allowedCidrs: [], disabled: false };
}
