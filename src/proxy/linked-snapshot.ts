/** A snapshot made ready to serve: matchers, key maps and compiled policies, built once when it is taken over. */
import type { CelProgram, CompileExpression } from '../core/cel/compile.ts';
import { opensSet } from '../core/config/key-set-names.ts';
import { type KeyTerms, termsOfMetadata } from '../core/config/key-terms.ts';
import type { RecordingRule } from '../core/config/recording.ts';
import type { Backend, RouteRule, Snapshot } from '../core/config/snapshot.ts';
import { compilePolicies } from '../core/policy/order.ts';
import type { CompiledPolicy } from '../core/policy/policy.ts';
import type { RetryPolicy } from '../core/resilience/model.ts';
import { RouteTable } from '../core/route/match.ts';
import type { SharedKeys } from '../storage/shared-keys.ts';
import { type LinkedTracing, linkTracing } from './linked-tracing.ts';
import type { FollowedBackend } from './provider-book.ts';

export interface LinkedRule {
  requestPolicies: CompiledPolicy[];
  llmPolicies: CompiledPolicy[];
  /** Absent: a call has one attempt. */
  retry?: LinkedRetry;
  /** Absent: nothing that is said is recorded. */
  recording?: LinkedRecording;
}

export interface LinkedRecording {
  rule: RecordingRule;
  /** Absent: of all calls. */
  when?: CelProgram;
}

export interface LinkedRetry {
  policy: RetryPolicy;
  precondition?: CelProgram;
  condition?: CelProgram;
}

export interface KnownKey {
  id: string;
  metadata: Record<string, unknown>;
  terms: KeyTerms;
}

export class LinkedSnapshot {
  readonly generation: number;
  readonly #routes = new Map<number, RouteTable>();
  readonly #rules = new Map<RouteRule, LinkedRule>();
  readonly #keys = new Map<string, Map<string, KnownKey>>();
  readonly #backends: Record<string, Backend>;
  readonly #followed: ReadonlyMap<string, FollowedBackend>;
  readonly #sharedKeys: SharedKeys | undefined;

  readonly #tracing = new Map<string, LinkedTracing>();

  constructor(
    snapshot: Snapshot,
    compile: CompileExpression,
    followed: ReadonlyMap<string, FollowedBackend>,
    sharedKeys?: SharedKeys,
  ) {
    this.#sharedKeys = sharedKeys;
    this.#followed = followed;
    this.generation = snapshot.generation;
    this.#backends = snapshot.backends;
    for (const bind of snapshot.binds) {
      this.#routes.set(bind.port, new RouteTable(bind.listeners));
      for (const listener of bind.listeners) {
        for (const route of listener.routes)
          for (const rule of route.rules) this.#rules.set(rule, link(rule, compile));
      }
    }
    for (const [gateway, tracing] of Object.entries(snapshot.tracing ?? {}))
      this.#tracing.set(gateway, linkTracing(tracing, compile));
    for (const [name, set] of Object.entries(snapshot.keySets)) {
      const keys = new Map<string, KnownKey>();
      for (const { id, sha256, metadata, terms = termsOfMetadata(metadata) } of set.keys)
        if (!keys.has(sha256)) keys.set(sha256, { id, metadata, terms });
      this.#keys.set(name, keys);
    }
  }

  routes(port: number): RouteTable | undefined {
    return this.#routes.get(port);
  }

  rule(rule: RouteRule): LinkedRule {
    return this.#rules.get(rule)!;
  }

  /** Of the Gateway that a call came to. */
  tracing(gateway: string | undefined): LinkedTracing | undefined {
    return gateway === undefined ? undefined : this.#tracing.get(gateway);
  }

  backend(name: string): Backend | undefined {
    return this.#backends[name];
  }

  /** By the backend's key in the snapshot. */
  followed(backend: string): FollowedBackend {
    return this.#followed.get(backend)!;
  }

  /** `sha256` in lower-case hex. A map look-up by hash reveals nothing by its timing that the hash does not hide. */
  findKey(keySets: readonly string[], sha256: string): KnownKey | undefined {
    const shared = this.#sharedKeys?.find(sha256);
    for (const name of keySets) {
      const key = this.#keys.get(name)?.get(sha256);
      if (key !== undefined) return key;
      if (shared !== undefined && opensSet(shared, name))
        return { id: shared.id, metadata: shared.metadata, terms: shared.terms! };
    }
    return undefined;
  }
}

function link(rule: RouteRule, compile: CompileExpression): LinkedRule {
  const policies = compilePolicies(rule.traffic, compile);
  return {
    requestPolicies: policies.filter((policy) => policy.phase === 'request'),
    llmPolicies: policies.filter((policy) => policy.phase === 'llm'),
    ...(rule.traffic.retry && { retry: linkRetry(rule.traffic.retry, compile) }),
    ...(rule.recording && linkRecording(rule.recording, compile)),
  };
}

/** An expression that does not compile was told in the configuration, and records nothing. */
function linkRecording(rule: RecordingRule, compile: CompileExpression): Pick<LinkedRule, 'recording'> {
  if (rule.when === undefined) return { recording: { rule } };
  const compiled = compile(rule.when);
  return compiled.ok ? { recording: { rule, when: compiled.program } } : {};
}

/** What does not compile was refused with the configuration. */
function linkRetry(policy: RetryPolicy, compile: CompileExpression): LinkedRetry {
  const program = (source: string | undefined) => {
    const compiled = source === undefined ? undefined : compile(source);
    return compiled?.ok ? compiled.program : undefined;
  };
  const [precondition, condition] = [program(policy.precondition), program(policy.condition)];
  return { policy, ...(precondition && { precondition }), ...(condition && { condition }) };
}
