import { NavLink, Stack } from '@mantine/core';
import { Link, useLocation } from '@tanstack/react-router';
import { useState } from 'react';
import { logOut } from '../api/session.ts';
import { session } from '../api/session-state.ts';
import { useStore } from '../api/store.ts';
import { ChangePasswordDialog } from '../session/change-password-dialog.tsx';
import { strings } from '../strings.ts';

const adminPages = [
  { to: '/', label: strings.navigation.overview },
  { to: '/keys', label: strings.navigation.keys },
  { to: '/budgets', label: strings.navigation.budgets },
  { to: '/usage', label: strings.navigation.usage },
  { to: '/calls', label: strings.navigation.calls },
  { to: '/models', label: strings.navigation.models },
  { to: '/configuration', label: strings.navigation.configuration },
  { to: '/playground', label: strings.navigation.playground },
  { to: '/cel', label: strings.navigation.cel },
  { to: '/settings', label: strings.navigation.settings },
] as const;
const holderPages = [{ to: '/me', label: strings.navigation.me }] as const;

export function Navigation({ onNavigate }: { onNavigate: () => void }) {
  const path = useLocation({ select: (location) => location.pathname });
  const current = useStore(session);
  const [changing, setChanging] = useState(false);
  const pages = current?.role === 'holder' ? holderPages : adminPages;
  const who = current?.name === undefined ? undefined : strings.navigation.who(current.name, current.role);
  return (
    <Stack justify="space-between" h="100%">
      <div>
        {pages.map(({ to, label }) => {
          const active = to === '/' ? path === '/' : path.startsWith(to);
          return (
            <NavLink
              key={to}
              component={Link}
              to={to}
              label={label}
              active={active}
              aria-current={active ? 'page' : undefined}
              onClick={onNavigate}
            />
          );
        })}
      </div>
      <div>
        {current?.from === 'password' && (
          <NavLink component="button" label={strings.navigation.password} onClick={() => setChanging(true)} />
        )}
        <NavLink
          component="button"
          label={strings.navigation.logOut}
          description={who}
          onClick={() => void logOut()}
        />
      </div>
      <ChangePasswordDialog opened={changing} onClose={() => setChanging(false)} />
    </Stack>
  );
}
