import { Button, Text } from '@mantine/core';
import { useEffect } from 'react';
import { oidcLoginUrl, takeUpSession } from '../api/session.ts';
import { strings } from '../strings.ts';

interface ProviderLinkProps {
  name: string;
  overPage: boolean;
  onDone: (() => void) | undefined;
}

/** To the identity provider: in this tab, or in another one while a page waits below for the new session. */
export function ProviderLink({ name, overPage, onDone }: ProviderLinkProps) {
  useEffect(() => {
    if (!overPage) return;
    const look = () => {
      takeUpSession()
        .then((found) => found && onDone?.())
        .catch(() => undefined);
    };
    window.addEventListener('focus', look);
    return () => window.removeEventListener('focus', look);
  }, [overPage, onDone]);
  const { pathname, search } = window.location;
  return (
    <>
      <Button
        component="a"
        href={oidcLoginUrl(overPage ? '/' : pathname + search)}
        {...(overPage ? { target: '_blank', rel: 'noopener' } : {})}
      >
        {strings.login.withProvider(name)}
      </Button>
      {overPage && (
        <Text size="sm" c="dimmed">
          {strings.login.newTab}
        </Text>
      )}
    </>
  );
}
