/** Gateways → listeners by port, with who owns which port and hostname, and their status. */
import type { Condition, KubeObject } from '../resources/object.ts';
import { type ConditionInput, conditions } from './conditions.ts';
import type { CompileContext } from './context.ts';
import { isOurClass } from './gateway-classes.ts';
import { groups, nameOf } from './objects.ts';
import { recordingConditions } from './recording.ts';
import type { Bind, Listener } from './snapshot.ts';
import type { StatusWrite } from './status-write.ts';

export interface ListenerSpec {
  name: string;
  port: number;
  protocol: string;
  hostname?: string;
  allowedRoutes?: {
    kinds?: { group?: string; kind: string }[];
    namespaces?: { from?: string; selector?: { matchLabels?: Record<string, string> } };
  };
}

interface GatewaySpec {
  listeners?: ListenerSpec[];
  infrastructure?: { parametersRef?: { kind: string; name: string } };
}

export interface GatewayListener {
  spec: ListenerSpec;
  /** Takes routes; its fault, if any, is in `fault`. */
  listener: Listener;
  fault?: { reason: string; message: string; conflicted?: boolean };
  attached: Set<string>;
}

export interface CompiledGateway {
  object: KubeObject;
  /** Why the Gateway as a whole is not served. */
  fault?: string;
  listeners: GatewayListener[];
}

export class Gateways {
  readonly all: CompiledGateway[];
  readonly #context: CompileContext;

  constructor(all: CompiledGateway[], context: CompileContext) {
    this.all = all;
    this.#context = context;
  }

  find(namespace: string, name: string): CompiledGateway | undefined {
    return this.all.find(
      ({ object }) => object.metadata.namespace === namespace && object.metadata.name === name,
    );
  }

  binds(): Bind[] {
    const ports = new Map<number, Listener[]>();
    for (const gateway of this.all) {
      if (gateway.fault !== undefined) continue;
      for (const { spec, listener, fault } of gateway.listeners) {
        if (fault === undefined) ports.set(spec.port, [...(ports.get(spec.port) ?? []), listener]);
      }
    }
    return [...ports].sort(([a], [b]) => a - b).map(([port, listeners]) => ({ port, listeners }));
  }

  statuses(): StatusWrite[] {
    return this.all.map((gateway) => ({ object: gateway.object, status: statusOf(gateway, this.#context) }));
  }
}

export function compileGateways(context: CompileContext): Gateways {
  const owners = new Map<string, string>();
  const ours = context.objects
    .list(groups.gatewayApi, 'Gateway')
    .filter((object) =>
      isOurClass(context, (object['spec'] as { gatewayClassName: string }).gatewayClassName),
    );
  const compiled = ours.map((object) => {
    const spec = object['spec'] as GatewaySpec;
    const fault = parametersFault(object, spec);
    const claims = fault === undefined ? owners : new Map<string, string>();
    const listeners = (spec.listeners ?? []).map((listener) => compileListener(object, listener, claims));
    return { object, listeners, ...(fault === undefined ? {} : { fault }) };
  });
  return new Gateways(compiled, context);
}

/** Parameters may hold configuration that guards something: a Gateway that asks for some is not served without them. */
function parametersFault(object: KubeObject, { infrastructure }: GatewaySpec): string | undefined {
  const ref = infrastructure?.parametersRef;
  if (ref === undefined) return undefined;
  const name = `${object.metadata.namespace}/${ref.name}`;
  return `${ref.kind} ${name} not found: this version serves no parameters, remove infrastructure.parametersRef`;
}

/** The older Gateway keeps a port and hostname that two ask for; the younger one's listener says whose it is. */
function compileListener(
  object: KubeObject,
  spec: ListenerSpec,
  owners: Map<string, string>,
): GatewayListener {
  const gateway = nameOf(object);
  const listener: Listener = { gateway, name: spec.name, hostname: spec.hostname, routes: [] };
  const compiled: GatewayListener = { spec, listener, attached: new Set() };
  if (spec.protocol !== 'HTTP') {
    const message = `protocol ${spec.protocol} is not served by this version: use HTTP`;
    return { ...compiled, fault: { reason: 'UnsupportedProtocol', message } };
  }
  const claim = `${spec.port}/${spec.hostname ?? ''}`;
  const owner = owners.get(claim);
  if (owner !== undefined) {
    const message = `port ${spec.port}${spec.hostname ? ` for ${spec.hostname}` : ''} belongs to Gateway ${owner}, which is older`;
    return { ...compiled, fault: { reason: 'HostnameConflict', message, conflicted: true } };
  }
  owners.set(claim, gateway);
  return compiled;
}

const supportedKinds = [{ group: groups.gatewayApi, kind: 'HTTPRoute' }];

function kindsOf(spec: ListenerSpec): { group: string; kind: string }[] {
  const wanted = spec.allowedRoutes?.kinds;
  if (wanted === undefined || wanted.length === 0) return supportedKinds;
  return supportedKinds.filter(({ group, kind }) =>
    wanted.some((w) => w.kind === kind && (w.group ?? groups.gatewayApi) === group),
  );
}

/** Whether the listener takes HTTPRoutes at all. */
export function takesHttpRoutes(spec: ListenerSpec): boolean {
  return kindsOf(spec).length > 0;
}

interface GatewayStatus {
  conditions?: Condition[];
  listeners?: { name: string; conditions: Condition[] }[];
}

function statusOf(gateway: CompiledGateway, context: CompileContext): Record<string, unknown> {
  const { object } = gateway;
  const previous = object['status'] as GatewayStatus | undefined;
  const listeners = gateway.listeners.map((listener) => {
    const before = previous?.listeners?.find(({ name }) => name === listener.spec.name)?.conditions;
    return {
      name: listener.spec.name,
      supportedKinds: kindsOf(listener.spec),
      attachedRoutes: listener.attached.size,
      conditions: conditions(object, before, listenerConditions(listener, context), context),
    };
  });
  return {
    ...(gateway.fault === undefined ? { addresses: [{ type: 'IPAddress', value: context.address }] } : {}),
    attachedListenerSets: 0,
    conditions: conditions(object, previous?.conditions, gatewayConditions(gateway, context), context),
    listeners,
  };
}

function listenerConditions({ spec, fault }: GatewayListener, context: CompileContext): ConditionInput[] {
  const fine = 'No errors found';
  const bind = context.bindErrors[spec.port];
  const kinds = kindsOf(spec).length > 0;
  const isConflict = fault?.conflicted === true;
  return [
    {
      type: 'Accepted',
      status: fault === undefined,
      reason: fault?.reason ?? 'Accepted',
      message: fault?.message ?? fine,
    },
    {
      type: 'Conflicted',
      status: isConflict,
      reason: isConflict ? fault.reason : 'NoConflicts',
      message: isConflict ? fault.message : fine,
    },
    {
      type: 'Programmed',
      status: fault === undefined && bind === undefined,
      reason: fault === undefined && bind === undefined ? 'Programmed' : 'Invalid',
      message: fault?.message ?? bind ?? fine,
    },
    {
      type: 'ResolvedRefs',
      status: kinds,
      reason: kinds ? 'ResolvedRefs' : 'InvalidRouteKinds',
      message: kinds ? fine : 'Invalid route kinds',
    },
  ];
}

function gatewayConditions(
  { object, listeners, fault: ownFault }: CompiledGateway,
  context: CompileContext,
): ConditionInput[] {
  if (ownFault !== undefined) {
    return [
      { type: 'Accepted', status: false, reason: 'InvalidParameters', message: ownFault },
      { type: 'Programmed', status: false, reason: 'Invalid', message: ownFault },
    ];
  }
  const faults = listeners.flatMap(({ spec, fault }) =>
    fault === undefined ? [] : [`${spec.name}: ${fault.message}`],
  );
  const binds = listeners.flatMap(({ spec, fault }) => {
    const error = fault === undefined ? context.bindErrors[spec.port] : undefined;
    return error === undefined ? [] : [`${spec.name}: ${error}`];
  });
  const broken = [...faults, ...binds];
  return [
    {
      type: 'Accepted',
      status: faults.length < listeners.length,
      reason: faults.length === 0 ? 'Accepted' : 'ListenersNotValid',
      message: faults.length === 0 ? '' : `Some listeners are not accepted: ${faults.join('; ')}`,
    },
    {
      type: 'Programmed',
      status: broken.length === 0,
      reason: broken.length === 0 ? 'Programmed' : 'Invalid',
      message: broken.length === 0 ? 'Successfully programmed Gateway' : broken.join('; '),
    },
    ...recordingConditions(object),
  ];
}
