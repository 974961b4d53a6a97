/** Every operation of the API: this table serves, and is what the OpenAPI document is made of. */

import { callRoutes } from './calls.ts';
import type { AdminContext } from './context.ts';
import { counterRoutes } from './counters.ts';
import { KeyUsageReader } from './key-usage.ts';
import { keyRoutes } from './keys.ts';
import type { Route } from './route.ts';
import { sessionRoutes } from './sessions.ts';
import { usageRoutes } from './usage.ts';

export function allRoutes(context: AdminContext): readonly Route[] {
  const usage = new KeyUsageReader(context);
  return [...sessionRoutes, ...keyRoutes(usage), ...usageRoutes, ...callRoutes, ...counterRoutes];
}
