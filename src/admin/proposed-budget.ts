/** A budget that is not written anywhere: admitted as the registry would, then compiled. */
import type { Budget } from '../core/budget/model.ts';
import { budgetFaults, budgetOf } from '../core/config/budgets.ts';
import { budget as kind } from '../core/resources/kinds/budget.ts';
import type { KubeObject } from '../core/resources/object.ts';
import { admit } from '../core/resources/validate.ts';
import { ResourceRefused } from '../storage/resource-access.ts';
import type { AdminContext } from './context.ts';
import { defaultNamespace } from './key-object.ts';
import { tollgateGroup } from './key-view.ts';
import { badField, problemOf } from './problem.ts';

/** Throws 422 with the field, or 403 where a team's owner proposes something for others. */
export function proposedBudget(
  context: AdminContext,
  proposal: { namespace?: string; name?: string; spec: object },
): Budget {
  const { namespace = defaultNamespace(context), name = 'proposed', spec } = proposal;
  const given: KubeObject = {
    apiVersion: `${tollgateGroup}/v1alpha1`,
    kind: 'Budget',
    metadata: { name, namespace },
    spec,
  };
  const { object, strictErrors, causes } = admit(kind, context.team?.own(given) ?? given);
  if (strictErrors[0] !== undefined) throw badField('spec', strictErrors[0]);
  if (causes.length > 0) throw problemOf(new ResourceRefused(422, 'Invalid', 'not a budget', causes));
  refuseFaults(object);
  return budgetOf(object);
}

/** kubectl may write it and read in its status why every call is refused; here nobody should get that far. */
export function refuseFaults(object: KubeObject): void {
  const [fault] = budgetFaults(object);
  if (fault === undefined) return;
  const at = /^(?:window|overrides)[\w.[\]]*/.exec(fault)?.[0];
  throw badField(
    at === undefined ? 'spec' : `spec.${at}`,
    fault.slice(at === undefined ? 0 : at.length + 1).trim(),
  );
}
