/** Every operation of the API: this table serves, and is what the OpenAPI document is made of. */

import { applyRoute } from './apply.ts';
import { auditRoute } from './audit.ts';
import { budgetRoutes } from './budgets.ts';
import { burnDownRoute } from './burn-down.ts';
import { callContentRoutes } from './call-content.ts';
import { callExportRoute } from './call-export.ts';
import { callTailRoute } from './call-tail.ts';
import { callRoutes } from './calls.ts';
import { celRoutes } from './cel/routes.ts';
import type { AdminContext } from './context.ts';
import { counterRoutes } from './counters.ts';
import { driftRoutes } from './drift.ts';
import { keyBudgetsRoute } from './key-budgets.ts';
import { keyImportRoute } from './key-import.ts';
import { keyListRoute } from './key-list-route.ts';
import { KeyUsageReader } from './key-usage.ts';
import { keyRoutes } from './keys.ts';
import { meRoute } from './me.ts';
import { oidcRoutes } from './oidc.ts';
import { openApiRoute } from './openapi.ts';
import { overviewRoute } from './overview.ts';
import { playgroundRoutes } from './playground/routes.ts';
import { priceRoute } from './prices.ts';
import { resourceDeleteRoute } from './resource-delete.ts';
import { resourceTextRoutes } from './resource-text.ts';
import { resourceRoute } from './resources.ts';
import { retentionRoutes } from './retention.ts';
import type { Route } from './route.ts';
import { sessionRoutes } from './sessions.ts';
import { simulationRoutes } from './simulation-routes.ts';
import { tokenRoutes } from './tokens.ts';
import { usageRoutes } from './usage.ts';
import { usageKindsRoute } from './usage-kinds.ts';
import { userRoutes } from './users.ts';
import { webhookRoutes } from './webhooks.ts';

export function allRoutes(context: AdminContext): readonly Route[] {
  const usage = new KeyUsageReader(context);
  const routes: Route[] = [
    ...sessionRoutes,
    ...oidcRoutes(context),
    ...tokenRoutes,
    ...userRoutes,
    ...webhookRoutes,
    ...retentionRoutes,
    auditRoute,
    keyListRoute(usage),
    ...keyRoutes(usage),
    keyImportRoute,
    keyBudgetsRoute,
    ...budgetRoutes,
    burnDownRoute(),
    ...simulationRoutes(),
    ...usageRoutes,
    usageKindsRoute,
    overviewRoute,
    ...callRoutes,
    ...callContentRoutes,
    callTailRoute(),
    callExportRoute,
    priceRoute,
    meRoute(usage),
    ...playgroundRoutes,
    ...celRoutes(),
    ...counterRoutes,
    ...driftRoutes,
    resourceRoute,
    ...resourceTextRoutes,
    applyRoute,
    resourceDeleteRoute,
    openApiRoute(() => routes),
  ];
  return routes;
}
