/** The API's filter of calls, applied to those that the live feed brings. */
import { outcomeOf } from '../../../../src/core/outcome.ts';
import type { Call } from '../../api/types.ts';

export interface CallFilter {
  search?: string;
  outcome?: string;
  user?: string;
  model?: string;
  key?: string;
}

export function matches(call: Call, { search, outcome, user, model, key }: CallFilter): boolean {
  const models = [call.llm?.requestModel, call.llm?.responseModel];
  return (
    (outcome === undefined || outcomeOf(call) === outcome) &&
    (user === undefined || call.key?.user === user) &&
    (key === undefined || call.key?.id === key) &&
    (model === undefined || models.includes(model)) &&
    (search === undefined || JSON.stringify(call).toLowerCase().includes(search.toLowerCase()))
  );
}
