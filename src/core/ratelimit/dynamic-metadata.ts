/** What the service tells Envoy about a call besides its answer: the request, and the metadata of the rules that passed. */
import type { DescriptorStatus, RateLimitDescriptor, RateLimitRequest } from './model.ts';
import type { PlannedDescriptor } from './plan.ts';

type Json = Record<string, unknown>;

export function dynamicMetadata(
  request: RateLimitRequest,
  planned: readonly PlannedDescriptor[],
  statuses: readonly DescriptorStatus[],
): Json {
  let metadata: Json = {};
  planned.forEach((descriptor, at) => {
    if (descriptor.metadata === undefined || descriptor.limit?.unlimited) return;
    if (statuses[at]!.code === 'OK') metadata = merged(metadata, descriptor.metadata);
  });
  return {
    domain: request.domain,
    descriptors: request.descriptors.map(describe),
    ...(request.hitsAddend ? { hitsAddend: request.hitsAddend } : {}),
    ...(Object.keys(metadata).length > 0 ? { metadata } : {}),
  };
}

function describe({ entries, limitOverride, hitsAddend }: RateLimitDescriptor): Json {
  return {
    entries: entries.map(({ key, value }) => `${key}=${value}`),
    ...(limitOverride && { limit: protoText(limitOverride) }),
    ...(hitsAddend === undefined ? {} : { hitsAddend }),
  };
}

/** As protobuf's text format writes it: zero is left out. */
function protoText({ requestsPerUnit, unit }: NonNullable<RateLimitDescriptor['limitOverride']>): string {
  const requests = requestsPerUnit === 0 ? '' : `requests_per_unit:${requestsPerUnit} `;
  return `${requests}unit:${unit.toUpperCase()}`;
}

/** The first that says something wins, objects are merged; neither side is changed, both belong to the configuration. */
function merged(first: Json, second: Json): Json {
  const result = new Map(Object.entries(first));
  for (const [key, value] of Object.entries(second)) {
    const known = result.get(key);
    if (!result.has(key)) result.set(key, value);
    else if (isObject(known) && isObject(value)) result.set(key, merged(known, value));
  }
  return Object.fromEntries(result);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
