/** `traffic.rateLimit` → local buckets and global descriptors, with the service that counts them. */
import type { CompileContext } from './context.ts';
import { serviceAddresses } from './services.ts';
import type { Conditional, GlobalLimit, LocalLimit, RateLimitTarget } from './snapshot.ts';

export interface RateLimitSpec {
  local?: LocalSpec[];
  global?: GlobalSpec;
  conditional?: { condition?: string; policy: { local?: LocalSpec[]; global?: GlobalSpec } }[];
}
interface LocalSpec {
  requests?: number;
  tokens?: number;
  /** Standalone configuration knows other lengths, in seconds: no schema lets a number through to here. */
  unit: 'Seconds' | 'Minutes' | 'Hours' | number;
  burst?: number;
  key?: string;
}
interface GlobalSpec {
  backendRef?: { group?: string; kind?: string; name: string; namespace?: string; port?: number };
  url?: string;
  domain: string;
  failureMode?: 'FailClosed' | 'FailOpen';
  descriptors: {
    entries: { name: string; expression: string }[];
    unit?: 'Requests' | 'Tokens';
    cost?: string;
    limitOverride?: string;
  }[];
}

/** The Service that this process answers for itself. */
const embedded = { namespace: 'ratelimit', name: 'ratelimit' };

export interface CompiledRateLimit {
  local?: Conditional<LocalLimit[]>;
  global?: Conditional<GlobalLimit>;
  /** CEL texts to check, each with the place it stands at. */
  expressions: { place: string; source: string }[];
  faults: string[];
}

export function compileRateLimit(
  context: CompileContext,
  policy: string,
  namespace: string,
  spec: RateLimitSpec,
): CompiledRateLimit {
  const entries = spec.conditional ?? [{ policy: { local: spec.local, global: spec.global } }];
  const result: CompiledRateLimit = { expressions: [], faults: [] };
  const local: Conditional<LocalLimit[]> = { policy, entries: [] };
  const global: Conditional<GlobalLimit> = { policy, entries: [] };
  entries.forEach((entry, index) => {
    if (entry.condition !== undefined)
      result.expressions.push({ place: 'condition', source: entry.condition });
    const { condition } = entry as { condition?: string };
    local.entries.push({ condition, value: compileLocal(policy, index, entry.policy.local ?? [], result) });
    const value =
      entry.policy.global === undefined
        ? nothing
        : compileGlobal(context, namespace, entry.policy.global, result);
    global.entries.push({ condition, value });
  });
  if (local.entries.some(({ value }) => value.length > 0)) result.local = local;
  if (global.entries.some(({ value }) => value !== nothing)) result.global = global;
  return result;
}

/** Stands where a conditional entry has no global limit: the entry still wins, and nothing is counted. */
const nothing: GlobalLimit = {
  domain: '',
  service: { type: 'embedded' },
  failureMode: 'FailClosed',
  descriptors: [],
};
const secondsOf = { Seconds: 1, Minutes: 60, Hours: 3_600 };

function compileLocal(
  policy: string,
  entry: number,
  specs: readonly LocalSpec[],
  result: CompiledRateLimit,
): LocalLimit[] {
  return specs.map((spec, index) => {
    if (spec.key !== undefined) result.expressions.push({ place: 'key', source: spec.key });
    return {
      bucket: `${policy}/${entry}/${index}`,
      counts: spec.tokens === undefined ? 'Requests' : 'Tokens',
      limit: spec.tokens ?? spec.requests!,
      burst: spec.burst ?? 0,
      unitSeconds: typeof spec.unit === 'number' ? spec.unit : secondsOf[spec.unit],
      ...(spec.key !== undefined && { keyExpression: spec.key }),
    };
  });
}

function compileGlobal(
  context: CompileContext,
  namespace: string,
  spec: GlobalSpec,
  result: CompiledRateLimit,
): GlobalLimit {
  const service = targetOf(context, namespace, spec);
  if (service.type === 'unavailable')
    result.faults.push(`failed to build global rate limit: ${service.reason}`);
  if (service.type === 'embedded') result.faults.push(...sourceFaults(context, spec.domain));
  const descriptors = spec.descriptors.map((descriptor) => {
    for (const { name, expression } of descriptor.entries)
      result.expressions.push({ place: `descriptor ${name}`, source: expression });
    if (descriptor.cost !== undefined) result.expressions.push({ place: 'cost', source: descriptor.cost });
    if (descriptor.limitOverride !== undefined)
      result.expressions.push({ place: 'limitOverride', source: descriptor.limitOverride });
    return {
      entries: descriptor.entries,
      counts: descriptor.unit ?? 'Requests',
      ...(descriptor.cost !== undefined && { costExpression: descriptor.cost }),
      ...(descriptor.limitOverride !== undefined && { limitOverrideExpression: descriptor.limitOverride }),
    };
  });
  return { domain: spec.domain, service, failureMode: spec.failureMode ?? 'FailClosed', descriptors };
}

/** A source that is wrong concerns who uses its domains, and who uses a domain that nobody has. */
function sourceFaults({ rateLimits: { config, errors } }: CompileContext, domain: string): string[] {
  const owner = config?.domains.find(({ name }) => name === domain)?.source;
  return errors.filter(({ place }) => owner === undefined || place === owner).map(({ message }) => message);
}

/** Real endpoints win over the embedded service: who runs one of their own means it. */
function targetOf(
  context: CompileContext,
  policyNamespace: string,
  { backendRef, url }: GlobalSpec,
): RateLimitTarget {
  if (url !== undefined) {
    const tls = url.startsWith('https:');
    const host = url.slice(url.indexOf('://') + 3).split('/', 1)[0]!;
    return {
      type: 'remote',
      name: url,
      addresses: [host.includes(':') ? host : `${host}:${tls ? 443 : 80}`],
      tls,
    };
  }
  const { name, port, kind = 'Service' } = backendRef!;
  const namespace = backendRef!.namespace ?? policyNamespace;
  const target = `${namespace}/${name}`;
  if (kind !== 'Service')
    return {
      type: 'unavailable',
      name: target,
      reason: `backendRef of kind ${kind} is not served by this version`,
    };
  const addresses = serviceAddresses(context, namespace, name, port);
  if (addresses !== undefined && addresses.length > 0)
    return { type: 'remote', name: target, addresses, tls: false };
  if (namespace === embedded.namespace && name === embedded.name) return { type: 'embedded' };
  const reason =
    addresses === undefined
      ? `unable to find the Service ${target}`
      : `Service ${target} has no ready endpoints`;
  return { type: 'unavailable', name: target, reason };
}
