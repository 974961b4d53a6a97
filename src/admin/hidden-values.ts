/** Values that are shown as `(hidden)` and come back so: what stands there now stays. */
import { hideSecrets } from '../core/resources/hide-secrets.ts';
import type { KubeObject } from '../core/resources/object.ts';
import { badField } from './problem.ts';

export const hiddenText = '(hidden)';

/** As it may be shown: without secrets, and without what the server alone writes. */
export function editable(object: KubeObject): Record<string, unknown> {
  const { apiVersion, kind, metadata, status: _, ...rest } = hideSecrets(object, () => hiddenText);
  const { name, namespace, labels, annotations } = metadata as KubeObject['metadata'];
  const kept = Object.fromEntries(
    Object.entries({ name, namespace, labels, annotations }).filter(
      ([, value]) => value !== undefined && !(typeof value === 'object' && Object.keys(value).length === 0),
    ),
  );
  return { apiVersion, kind, metadata: kept, ...rest };
}

/** The given object with the live values where it says `(hidden)`. Throws 422 where there is none. */
export function withHiddenValues(given: KubeObject, live: KubeObject | undefined): KubeObject {
  return restored(given, live, '') as KubeObject;
}

function restored(given: unknown, live: unknown, path: string): unknown {
  if (given === hiddenText) {
    if (typeof live === 'string') return live;
    throw badField(path, `${hiddenText} stands for a value that is there already, and here is none: give it`);
  }
  if (Array.isArray(given))
    return given.map((item, index) => restored(item, itemOf(live, item, index), `${path}[${index}]`));
  if (typeof given !== 'object' || given === null) return given;
  return Object.fromEntries(
    Object.entries(given).map(([name, member]) => [
      name,
      restored(member, memberOf(live, name), path === '' ? name : `${path}.${name}`),
    ]),
  );
}

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;

/** Items with names are found by them: lines may have moved. */
function itemOf(live: unknown, item: unknown, index: number): unknown {
  if (!Array.isArray(live)) return undefined;
  const name = memberOf(item, 'name');
  return name === undefined ? live[index] : live.find((one) => memberOf(one, 'name') === name);
}
