/** AgentgatewayBackends and Services → backends of the data path; what can't be resolved is refused, with the reason in status. */
import type { Condition, KubeObject } from '../resources/object.ts';
import type { StatusWrite } from './compile.ts';
import { conditions } from './conditions.ts';
import type { CompileContext } from './context.ts';
import { compileCredential } from './credentials.ts';
import { groups, nameOf } from './objects.ts';
import type { CompiledPolicies } from './policies.ts';
import {
  type BackendPoliciesSpec,
  compileTarget,
  type ProviderSpec,
  unservedField,
} from './provider-targets.ts';
import { serviceOrigins } from './services.ts';
import type { AiBackend, Backend, HttpBackend, ProviderTarget } from './snapshot.ts';

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
      const backend = compileBackend(this.#context, object);
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

function compileBackend(context: CompileContext, object: KubeObject): Backend {
  const spec = object['spec'] as BackendSpec;
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

function compileAi(context: CompileContext, object: KubeObject, spec: BackendSpec): AiBackend {
  const name = nameOf(object);
  const policies = spec.policies ?? {};
  const groupSpecs =
    spec.ai!.provider === undefined ? spec.ai!.groups! : [{ providers: [spec.ai!.provider] }];
  const routing = modelRouting(object);
  let refusal: string | undefined;
  const compiled = groupSpecs.map((group) =>
    group.providers.flatMap((provider): ProviderTarget[] => {
      const result = compileTarget(context, object.metadata.namespace!, name, provider, policies);
      if ('target' in result) return [{ ...result.target, ...routing[provider.name ?? ''] }];
      refusal ??= provider.name === undefined ? result.fault : `${provider.name}: ${result.fault}`;
      return [];
    }),
  );
  return {
    type: 'ai',
    name,
    groups: compiled,
    routes: policies.ai?.routes ?? {},
    ...(refusal && { refusal }),
  };
}

/** Name of a provider of the backend → which models it is asked for; JSON. Written by the conversion of standalone configuration. */
export const modelRoutingAnnotation = 'tollgate.dev/model-routing';

export type ModelRouting = Record<string, Pick<ProviderTarget, 'asked' | 'stripModelPrefix'>>;

function modelRouting({ metadata }: KubeObject): ModelRouting {
  try {
    return JSON.parse(metadata.annotations?.[modelRoutingAnnotation] ?? '{}') as ModelRouting;
  } catch {
    return {};
  }
}

function compileStatic(context: CompileContext, object: KubeObject, spec: BackendSpec): HttpBackend {
  const { host, port, unixPath } = spec.static!;
  const auth = compileCredential(context, object.metadata.namespace!, spec.policies?.auth);
  const unserved = unservedField(spec.policies ?? {});
  const refusal =
    (unixPath === undefined ? undefined : 'static.unixPath is not served by this version') ??
    (unserved === undefined ? undefined : `policies.${unserved} is not served by this version`) ??
    ('fault' in auth ? auth.fault : undefined);
  return {
    type: 'http',
    name: nameOf(object),
    origins: host === undefined ? [] : [`${port === 443 ? 'https' : 'http'}://${host}:${port}`],
    ...('credential' in auth && auth.credential !== undefined && { credential: auth.credential }),
    ...(refusal && { refusal }),
  };
}
