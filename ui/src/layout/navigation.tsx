import { NavLink, Stack } from '@mantine/core';
import { Link, useLocation } from '@tanstack/react-router';
import { logOut } from '../api/session.ts';
import { session } from '../api/session-state.ts';
import { useStore } from '../api/store.ts';
import { strings } from '../strings.ts';

const adminPages = [{ to: '/keys', label: strings.navigation.keys }] as const;
const holderPages = [{ to: '/me', label: strings.navigation.me }] as const;

export function Navigation({ onNavigate }: { onNavigate: () => void }) {
  const path = useLocation({ select: (location) => location.pathname });
  const pages = useStore(session)?.role === 'holder' ? holderPages : adminPages;
  return (
    <Stack justify="space-between" h="100%">
      <div>
        {pages.map(({ to, label }) => {
          const active = path.startsWith(to);
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
      <NavLink component="button" label={strings.navigation.logOut} onClick={() => void logOut()} />
    </Stack>
  );
}
