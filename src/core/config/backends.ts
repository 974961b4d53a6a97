/** AgentgatewayBackends and Services → backends of the data path; what can't be resolved is refused, with the reason in status. */
import type { PromptGuard } from '../guard/model.ts';
import { defaultHealth } from '../resilience/model.ts';
import type { Condition, KubeObject } from '../resources/object.ts';
import { conditions } from './conditions.ts';
import type { CompileContext } from './context.ts';
import { compileCredential } from './credentials.ts';
import { durationMs } from './durations.ts';
import { groups, nameOf } from './objects.ts';
import type { CompiledPolicies } from './policies.ts';
import {
  type BackendPoliciesSpec,
  compileTarget,
  mergePolicies,
  type ProviderSpec,
  unservedField,
} from './provider-targets.ts';
import { weightsOf } from './provider-weights.ts';
import { idleTimeoutOf } from './resilience-fields.ts';
import { serviceOrigins } from './services.ts';
import type { AiBackend, Backend, HttpBackend, ProviderTarget } from './snapshot.ts';
import type { StatusWrite } from './status-write.ts';

interface BackendSpec {
  ai?: { provider?: ProviderSpec; groups?: { providers: ProviderSpec[] }[] };
  static?: { host?: string; port?: number; unixPath?: string };
  policies?: BackendPoliciesSpec;
  [other: string]: unknown;
}

export class BackendCompiler {
  readonly #context: CompileContext;
  readonly #services: Record<string, Backend> = {};
  #compiled: { object: KubeObject; backend: Backend }[] = [];

  constructor(context: CompileContext) {
    this.#context = context;
  }

  /** Key of the backend in the snapshot, or undefined when there is none of that name. */
  agentgateway(namespace: string, name: string): string | undefined {
    const found = this.#context.objects.get(groups.agentgateway, 'AgentgatewayBackend', namespace, name);
    return found === undefined ? undefined : nameOf(found);
  }

  service(namespace: string, name: string, port: number | undefined): string | undefined {
    const origins = serviceOrigins(this.#context, namespace, name, port);
    if (origins === undefined) return undefined;
    const key = `service:${namespace}/${name}:${port ?? ''}`;
    const refusal = origins.length === 0 ? `Service ${namespace}/${name} has no ready endpoints` : undefined;
    this.#services[key] = {
      type: 'http',
      name: `${namespace}/${name}`,
      origins,
      ...(refusal && { refusal }),
    };
    return key;
  }

  compileAll(policies: CompiledPolicies): Record<string, Backend> {
    const all: Record<string, Backend> = { ...this.#services };
    this.#compiled = this.#context.objects.list(groups.agentgateway, 'AgentgatewayBackend').map((object) => {
      const backend = compileBackend(this.#context, object, policies.backendPolicies(object));
      const guarded = policies.backendRefusal(object);
      if (guarded !== undefined) backend.refusal ??= guarded;
      all[nameOf(object)] = backend;
      return { object, backend };
    });
    return all;
  }

  statuses(): StatusWrite[] {
    return this.#compiled.map(({ object, backend: { refusal } }) => {
      const previous = (object['status'] as { conditions?: Condition[] } | undefined)?.conditions;
      const accepted = {
        type: 'Accepted',
        status: refusal === undefined,
        reason: refusal === undefined ? 'Accepted' : 'TranslationError',
        message:
          refusal === undefined ? 'Backend successfully accepted' : `failed to translate backend: ${refusal}`,
      };
      return { object, status: { conditions: conditions(object, previous, [accepted], this.#context) } };
    });
  }
}

/** `attached`: what AgentgatewayPolicies say of it; the backend's own policies say more. */
function compileBackend(context: CompileContext, object: KubeObject, attached: BackendPoliciesSpec): Backend {
  const own = object['spec'] as BackendSpec;
  const spec = { ...own, policies: mergePolicies(attached, own.policies ?? {}) };
  if (spec.ai !== undefined) return compileAi(context, object, spec);
  if (spec.static !== undefined) return compileStatic(context, object, spec);
  const kind = Object.keys(spec).find((field) => field !== 'policies') ?? 'empty';
  return {
    type: 'http',
    name: nameOf(object),
    origins: [],
    refusal: `backends of type ${kind} are not served by this version`,
  };
}

function compileAi(
  context: CompileContext,
  object: KubeObject,
  spec: BackendSpec & { policies: BackendPoliciesSpec },
): AiBackend {
  const name = nameOf(object);
  const { policies } = spec;
  const groupSpecs =
    spec.ai!.provider === undefined ? spec.ai!.groups! : [{ providers: [spec.ai!.provider] }];
  const idle = idleTimeoutOf(object);
  const weights = weightsOf(object, groupSpecs);
  let refusal = 'fault' in idle ? idle.fault : 'fault' in weights ? weights.fault : undefined;
  const guards = new Map<string, PromptGuard>();
  const elsewhere = groupSpecs.flatMap(({ providers }) => providers).length > 1;
  const compiled = groupSpecs.map((group) => {
    const weightOf = 'fault' in weights ? () => ({}) : weights.ofGroup(group);
    return group.providers.flatMap((provider): ProviderTarget[] => {
      const result = compileTarget(context, object.metadata.namespace!, name, provider, policies);
      if ('target' in result) {
        const health = result.target.health ?? (elsewhere ? defaultHealth : undefined);
        const guard = result.target.guard && shared(guards, result.target.guard);
        const more = { ...idle, ...weightOf(provider) };
        return [{ ...result.target, ...more, ...(health && { health }), ...(guard && { guard }) }];
      }
      refusal ??= provider.name === undefined ? result.fault : `${provider.name}: ${result.fault}`;
      return [];
    });
  });
  return {
    type: 'ai',
    name,
    groups: compiled,
    routes: policies.ai?.routes ?? {},
    ...(refusal && { refusal }),
  };
}

/** Providers with the same guards have one: what has passed it for one of them is not asked about again for the next. */
function shared(known: Map<string, PromptGuard>, guard: PromptGuard): PromptGuard {
  const text = JSON.stringify(guard);
  const found = known.get(text) ?? guard;
  known.set(text, found);
  return found;
}

const unguardable = 'ai.promptGuard can not look into calls of a backend that is no model provider';

function compileStatic(
  context: CompileContext,
  object: KubeObject,
  spec: BackendSpec & { policies: BackendPoliciesSpec },
): HttpBackend {
  const { host, port, unixPath } = spec.static!;
  const { auth: authSpec, http, tcp, health } = spec.policies;
  const auth = compileCredential(context, object.metadata.namespace!, authSpec);
  // One address: there is nothing that ejecting it would lead to.
  const unserved =
    unservedField(spec.policies) ?? (health === undefined ? undefined : 'health of a static backend');
  const refusal =
    (unixPath === undefined ? undefined : 'static.unixPath is not served by this version') ??
    (unserved === undefined ? undefined : `policies.${unserved} is not served by this version`) ??
    (spec.policies?.ai?.promptGuard === undefined ? undefined : unguardable) ??
    ('fault' in auth ? auth.fault : undefined);
  return {
    type: 'http',
    name: nameOf(object),
    origins: host === undefined ? [] : [`${port === 443 ? 'https' : 'http'}://${host}:${port}`],
    ...('credential' in auth && auth.credential !== undefined && { credential: auth.credential }),
    ...(http?.requestTimeout && { requestTimeoutMs: durationMs(http.requestTimeout) }),
    ...(tcp?.connectTimeout && { connectTimeoutMs: durationMs(tcp.connectTimeout) }),
    ...(refusal && { refusal }),
  };
}
