import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { session } from './api/session-state.ts';
import { NotFound } from './layout/not-found.tsx';
import { PageError } from './layout/page-error.tsx';
import { Shell } from './layout/shell.tsx';
import { readBudgetSearch } from './pages/budget/budget-search.ts';
import { readBudgetsSearch } from './pages/budgets/budgets-search.ts';
import { readCallsSearch } from './pages/calls/calls-search.ts';
import { readCelSearch } from './pages/cel/cel-search.ts';
import { readEditSearch } from './pages/configuration/edit-search.ts';
import { readKeysSearch } from './pages/keys/keys-search.ts';
import { readModelsSearch } from './pages/models/models-search.ts';
import { readOverviewSearch } from './pages/overview/overview-search.ts';
import { readPlaygroundSearch } from './pages/playground/playground-search.ts';
import { readSettingsSearch } from './pages/settings/settings-search.ts';
import { readUsageSearch } from './pages/usage/usage-search.ts';

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound, errorComponent: PageError });

/** The API decides what a holder may do; this only spares them pages that would be refused. */
const admin = createRoute({
  getParentRoute: () => root,
  id: 'admin',
  beforeLoad: () => {
    if (session.get()?.role === 'holder') throw redirect({ to: '/me' });
  },
});

const overview = createRoute({
  getParentRoute: () => admin,
  path: '/',
  validateSearch: readOverviewSearch,
  component: lazyRouteComponent(() => import('./pages/overview/overview-page.tsx'), 'OverviewPage'),
});

const budgets = createRoute({
  getParentRoute: () => admin,
  path: '/budgets',
  validateSearch: readBudgetsSearch,
  component: lazyRouteComponent(() => import('./pages/budgets/budgets-page.tsx'), 'BudgetsPage'),
});

const budget = createRoute({
  getParentRoute: () => admin,
  path: '/budgets/$namespace/$name',
  validateSearch: readBudgetSearch,
  component: lazyRouteComponent(() => import('./pages/budget/budget-page.tsx'), 'BudgetPage'),
});

const me = createRoute({
  getParentRoute: () => root,
  path: '/me',
  component: lazyRouteComponent(() => import('./pages/me/my-key-page.tsx'), 'MyKeyPage'),
});

const keys = createRoute({
  getParentRoute: () => admin,
  path: '/keys',
  validateSearch: readKeysSearch,
  component: lazyRouteComponent(() => import('./pages/keys/keys-page.tsx'), 'KeysPage'),
});

const keyImport = createRoute({
  getParentRoute: () => admin,
  path: '/keys/import',
  component: lazyRouteComponent(() => import('./pages/import/import-page.tsx'), 'ImportPage'),
});

const key = createRoute({
  getParentRoute: () => admin,
  path: '/keys/$namespace/$name',
  component: lazyRouteComponent(() => import('./pages/key/key-page.tsx'), 'KeyPage'),
});

const usage = createRoute({
  getParentRoute: () => admin,
  path: '/usage',
  validateSearch: readUsageSearch,
  component: lazyRouteComponent(() => import('./pages/usage/usage-page.tsx'), 'UsagePage'),
});

const calls = createRoute({
  getParentRoute: () => admin,
  path: '/calls',
  validateSearch: readCallsSearch,
  component: lazyRouteComponent(() => import('./pages/calls/calls-page.tsx'), 'CallsPage'),
});

const call = createRoute({
  getParentRoute: () => admin,
  path: '/calls/$id',
  component: lazyRouteComponent(() => import('./pages/call/call-page.tsx'), 'CallPage'),
});

const models = createRoute({
  getParentRoute: () => admin,
  path: '/models',
  validateSearch: readModelsSearch,
  component: lazyRouteComponent(() => import('./pages/models/models-page.tsx'), 'ModelsPage'),
});

const configuration = createRoute({
  getParentRoute: () => admin,
  path: '/configuration',
  component: lazyRouteComponent(
    () => import('./pages/configuration/configuration-page.tsx'),
    'ConfigurationPage',
  ),
});

const edit = createRoute({
  getParentRoute: () => admin,
  path: '/configuration/edit',
  validateSearch: readEditSearch,
  component: lazyRouteComponent(() => import('./pages/configuration/edit-page.tsx'), 'EditPage'),
});

const playground = createRoute({
  getParentRoute: () => admin,
  path: '/playground',
  validateSearch: readPlaygroundSearch,
  component: lazyRouteComponent(() => import('./pages/playground/playground-page.tsx'), 'PlaygroundPage'),
});

const cel = createRoute({
  getParentRoute: () => admin,
  path: '/cel',
  validateSearch: readCelSearch,
  component: lazyRouteComponent(() => import('./pages/cel/cel-page.tsx'), 'CelPage'),
});

const settings = createRoute({
  getParentRoute: () => admin,
  path: '/settings',
  validateSearch: readSettingsSearch,
  component: lazyRouteComponent(() => import('./pages/settings/settings-page.tsx'), 'SettingsPage'),
});

const adminPages = [
  overview,
  keys,
  keyImport,
  key,
  budgets,
  budget,
  usage,
  calls,
  call,
  models,
  configuration,
  edit,
  playground,
  cel,
  settings,
];

export const router = createRouter({
  routeTree: root.addChildren([me, admin.addChildren(adminPages)]),
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
