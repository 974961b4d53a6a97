/** The faults that a status tells, wherever in it the conditions are. */
import type { Condition } from '../../core/resources/object.ts';

interface Part {
  name?: string;
  conditions?: Condition[];
}

/** One sentence each; the same sentence of several conditions once. */
export function statusFaults(status: Record<string, unknown>): string[] {
  const parts = ['ancestors', 'parents', 'listeners'].flatMap((field) =>
    Array.isArray(status[field]) ? (status[field] as Part[]) : [],
  );
  const own: Part = { conditions: status['conditions'] as Condition[] | undefined };
  const messages = [own, ...parts].flatMap(({ name, conditions = [] }) =>
    conditions.filter(isFault).map(({ type, reason, message }) => {
      const where = name === undefined ? '' : `listener ${name}: `;
      return where + (message === '' ? `${type}: ${reason}` : message);
    }),
  );
  return [...new Set(messages)];
}

function isFault({ type, status, reason }: Condition): boolean {
  if (type === 'Conflicted' || type === 'PartiallyInvalid') return status === 'True';
  return status === 'False' || reason === 'PartiallyValid';
}
