/** Conditions that were true and no longer are, wherever they stand in a status. */
import type { Condition } from '../resources/object.ts';
import type { Consequence } from './consequence.ts';
import { nameOf } from './objects.ts';
import type { StatusWrite } from './status-write.ts';

export function faultsIn(before: readonly StatusWrite[], after: readonly StatusWrite[]): Consequence[] {
  const known = new Map(before.map(({ object, status }) => [idOf(object), conditionsIn(status)]));
  return after.flatMap(({ object, status }) => {
    const were = known.get(idOf(object));
    if (were === undefined) return [];
    return [...conditionsIn(status)]
      .filter(([place, { status: now }]) => now === 'False' && were.get(place)?.status === 'True')
      .map(([, { type, message }]) => ({
        effect: 'not-in-force' as const,
        kind: object.kind,
        name: nameOf(object),
        detail: `${type}: ${message}`,
      }));
  });
}

const idOf = (object: StatusWrite['object']) => `${object.kind}/${nameOf(object)}`;

/** By their place: of each parent, ancestor and listener its own. */
function conditionsIn(status: Record<string, unknown>): Map<string, Condition> {
  const found = new Map<string, Condition>();
  const look = (value: unknown, place: string) => {
    if (typeof value !== 'object' || value === null) return;
    for (const [field, member] of Object.entries(value)) {
      if (field !== 'conditions') look(member, `${place}/${labelOf(value, field, member)}`);
      else for (const condition of member as Condition[]) found.set(`${place}/${condition.type}`, condition);
    }
  };
  look(status, '');
  return found;
}

/** Entries of lists are known by what they are about, not by their number: others may go. */
function labelOf(list: object, field: string, member: unknown): string {
  if (!Array.isArray(list)) return field;
  const { name, parentRef, ancestorRef, controllerName } = (member ?? {}) as Record<string, unknown>;
  return JSON.stringify([name, parentRef, ancestorRef, controllerName]);
}
