import { Alert, Button, Stack } from '@mantine/core';
import { useEffect, useState } from 'react';
import { isKnownToProvider, loginMethods, oidcLogoutUrl } from '../api/session.ts';
import { useStore } from '../api/store.ts';
import { strings } from '../strings.ts';

/** Offered to who has just logged out here, where the identity provider has a logout too. */
export function ProviderLogout() {
  const isAsked = useStore(isKnownToProvider);
  const [name, setName] = useState<string>();
  useEffect(() => {
    if (!isAsked) return setName(undefined);
    loginMethods('true')
      .then(({ oidc }) => setName(oidc?.logout ? oidc.name : undefined))
      .catch(() => undefined);
  }, [isAsked]);
  if (name === undefined) return null;
  return (
    <Alert role="status" title={strings.login.loggedOut}>
      <Stack align="flex-start" gap="sm">
        {strings.login.stillThere(name)}
        <Button component="a" href={oidcLogoutUrl} variant="default" size="xs">
          {strings.login.leaveProvider(name)}
        </Button>
      </Stack>
    </Alert>
  );
}
