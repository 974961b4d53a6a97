/** GatewayClasses that name our controller are accepted. */
import type { Condition } from '../resources/object.ts';
import { conditions, controllerName } from './conditions.ts';
import type { CompileContext } from './context.ts';
import { groups } from './objects.ts';
import type { StatusWrite } from './status-write.ts';

/** Served even where no GatewayClass object of that name says so. */
export const className = 'agentgateway';

export function isOurClass(context: CompileContext, name: string): boolean {
  if (name === className) return true;
  const found = context.objects.get(groups.gatewayApi, 'GatewayClass', undefined, name);
  return (found?.['spec'] as { controllerName?: string } | undefined)?.controllerName === controllerName;
}

export function gatewayClassStatuses(context: CompileContext): StatusWrite[] {
  return context.objects
    .list(groups.gatewayApi, 'GatewayClass')
    .filter((object) => isOurClass(context, object.metadata.name))
    .map((object) => {
      const previous = (object['status'] as { conditions?: Condition[] } | undefined)?.conditions;
      const accepted = {
        type: 'Accepted',
        status: true,
        reason: 'Accepted',
        message: 'GatewayClass accepted',
      };
      return { object, status: { conditions: conditions(object, previous, [accepted], context) } };
    });
}
