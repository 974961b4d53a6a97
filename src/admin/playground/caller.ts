/** In whose name the playground calls: a key of the configuration, through a pass, or a value that the person has. */
import type { KeyEntry } from '../../core/config/snapshot.ts';
import type { Pass } from '../../storage/passes.ts';
import type { AdminContext } from '../context.ts';
import type { KeyView } from '../key-view.ts';
import { entryOfView, keyInForce } from '../keys-in-force.ts';
import { badField, Problem } from '../problem.ts';
import { sha256 } from '../same-secret.ts';

export interface Caller {
  /** Absent: nobody's, or a value that no key in force has. */
  key?: KeyEntry;
  /** For the audit log. */
  name: string;
  how: 'as key' | 'value' | 'no key';
  /** What is shown to the route; a pass is made when the call is about to be sent. */
  credential(): Promise<Pass | undefined>;
}

/** A team's owner reaches keys of the team only, whichever way. */
export function callerOf(context: AdminContext, given: { key?: string; value?: string }): Caller {
  if (given.key !== undefined && given.value !== undefined)
    throw badField('value', 'give a key or a value, not both');
  if (given.key !== undefined) return asKey(context, given.key);
  if (given.value !== undefined) return withValue(context, given.value);
  return { name: 'no key', how: 'no key', credential: async () => undefined };
}

function asKey(context: AdminContext, id: string): Caller {
  const { passes } = context;
  if (passes === undefined)
    throw new Problem(503, 'no_passes', 'this gateway can not call in the name of a key');
  const key = withId(context, id);
  if (key === undefined) throw new Problem(404, 'not_found', 'no such key is in force', 'key');
  return { key, name: id, how: 'as key', credential: () => passes.issue(key.sha256) };
}

function withValue(context: AdminContext, value: string): Caller {
  const key = keyInForce(context, sha256(value));
  if (key === undefined && context.team !== undefined)
    throw new Problem(404, 'not_found', 'no key of your team that is in force has this value', 'value');
  return {
    ...(key && { key }),
    name: key?.id ?? 'a value that no key in force has',
    how: 'value',
    credential: async () => ({ value, end: () => undefined }),
  };
}

/** `<Kind>/<namespace>/<object>`, and the entry's name where it is one of several. */
function withId(context: AdminContext, id: string): KeyEntry | undefined {
  const [source = '', namespace = '', name = ''] = id.split('/');
  return entryOfView(context, { id, source: source as KeyView['source'], namespace, name });
}
