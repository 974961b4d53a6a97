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
import { readKeysSearch } from './pages/keys/keys-search.ts';

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound, errorComponent: PageError });

/** The API decides what a holder may do; this only spares them pages that would be refused. */
const admin = createRoute({
  getParentRoute: () => root,
  id: 'admin',
  beforeLoad: () => {
    if (session.get()?.role === 'holder') throw redirect({ to: '/me' });
  },
});

const start = createRoute({
  getParentRoute: () => admin,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/keys' });
  },
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

const key = createRoute({
  getParentRoute: () => admin,
  path: '/keys/$namespace/$name',
  component: lazyRouteComponent(() => import('./pages/key/key-page.tsx'), 'KeyPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([me, admin.addChildren([start, keys, key])]),
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
