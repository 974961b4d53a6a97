/** `llm.policies.localRateLimit` and `remoteRateLimit` → `rateLimit` of the policy on the Gateway. */
import { celAt, secondsAt } from './names.ts';
import type { MapReader } from './reader.ts';

const counts = { requests: 'Requests', tokens: 'Tokens' } as const;
const failureModes = {
  failClosed: 'FailClosed',
  FailClosed: 'FailClosed',
  failOpen: 'FailOpen',
  FailOpen: 'FailOpen',
} as const;

/** A bucket of `maxTokens` that gets `tokensPerFill` each interval. */
export function localLimits(policies: MapReader): object[] {
  return policies.maps('localRateLimit').flatMap((limit) => {
    const capacity = limit.whole('maxTokens') ?? 0;
    const fill = limit.whole('tokensPerFill') ?? 0;
    const seconds = secondsAt(limit, 'fillInterval');
    const counted = limit.choice('type', counts) ?? 'Requests';
    limit.end();
    if (fill === 0) limit.fault('tokensPerFill', 'must be above 0: nothing would ever come back');
    if (seconds === undefined && !limit.has('fillInterval')) limit.fault('fillInterval', 'must be set');
    if (seconds === undefined) return [];
    if (seconds < 1 || !Number.isInteger(seconds))
      limit.fault('fillInterval', 'must be whole seconds, one at least');
    return [{ [counted.toLowerCase()]: fill, unit: seconds, burst: capacity - fill }];
  });
}

export function remoteLimit(policies: MapReader): object | undefined {
  const remote = policies.map('remoteRateLimit');
  if (remote === undefined) return undefined;
  const domain = remote.text('domain');
  const host = remote.text('host');
  const failureMode = remote.choice('failureMode', failureModes) ?? 'FailClosed';
  const descriptors = remote.maps('descriptors').map(descriptorOf);
  remote.end();
  if (domain === undefined) remote.fault('domain', 'must be set');
  if (descriptors.length === 0) remote.fault('descriptors', 'must have an entry at least');
  if (host === undefined || !/^[^/\s:]+(:\d{1,5})?$/.test(host)) {
    remote.fault('host', 'must be HOST:PORT of the rate limit service');
    return undefined;
  }
  return { url: `http://${host}`, domain, failureMode, descriptors };
}

function descriptorOf(descriptor: MapReader): object {
  const entries = descriptor.maps('entries').map((entry) => {
    const name = entry.text('key');
    const expression = celAt(entry, 'value');
    entry.end();
    if (name === undefined) entry.fault('key', 'must be set');
    if (expression === undefined) entry.fault('value', 'must be a CEL expression');
    return { name, expression };
  });
  if (entries.length === 0) descriptor.fault('entries', 'must have an entry at least');
  const unit = descriptor.choice('type', counts) ?? 'Requests';
  const cost = celAt(descriptor, 'cost');
  const limitOverride = celAt(descriptor, 'limitOverride');
  descriptor.end();
  return { entries, unit, ...(cost && { cost }), ...(limitOverride && { limitOverride }) };
}
