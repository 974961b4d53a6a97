/** Key sets of VirtualKeys: one for each Gateway that they open. */
import type { SharedKey } from './snapshot.ts';

const prefix = 'VirtualKeys/';

/** `gateway` is `namespace/name`. */
export function keySetOfGateway(gateway: string): string {
  return `${prefix}${gateway}`;
}

/** Whether a key belongs to a key set of a snapshot. */
export function opensSet(
  { namespace, targets }: Pick<SharedKey, 'namespace' | 'targets'>,
  keySet: string,
): boolean {
  if (!keySet.startsWith(prefix)) return false;
  const gateway = keySet.slice(prefix.length);
  return targets === undefined ? gateway.startsWith(`${namespace}/`) : targets.includes(gateway);
}
