/** The JSON object of one event of a provider's stream. */
import type { Fields } from './fields.ts';
import { ReplyFault } from './translate-contract.ts';

export function eventObject(data: string): Fields {
  try {
    const value: unknown = JSON.parse(data);
    if (typeof value === 'object' && value !== null) return value as Fields;
  } catch {
    // Falls through to the fault.
  }
  throw new ReplyFault('an event of the stream is not a JSON object');
}
