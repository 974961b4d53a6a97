import { Button, Divider, Stack } from '@mantine/core';
import { useEffect, useState } from 'react';
import { type LoginMethods, loginMethods } from '../api/session.ts';
import { strings } from '../strings.ts';
import { PasswordForm } from './password-form.tsx';
import { ProviderLink } from './provider-link.tsx';
import { TokenForm } from './token-form.tsx';

const texts = strings.login;

interface LoginFormProps {
  onDone?: () => void;
  /** The page below must not go away: what was typed there is not sent yet. */
  overPage?: boolean;
}

/** Used by the login page and by the dialog over a page whose session has ended. */
export function LoginForm({ onDone, overPage = false }: LoginFormProps) {
  const [methods, setMethods] = useState<LoginMethods>();
  const [byToken, setByToken] = useState<boolean>();
  // No query of the cache, which is emptied when somebody logs out. Tokens work whatever the answer is.
  useEffect(() => {
    loginMethods()
      .then(setMethods)
      .catch(() => setMethods({ password: false }));
  }, []);
  if (methods === undefined) return null;
  const { password: hasUsers, oidc } = methods;
  const isByToken = byToken ?? !hasUsers;
  return (
    <Stack>
      {oidc !== undefined && (
        <>
          <ProviderLink name={oidc.name} overPage={overPage} onDone={onDone} />
          <Divider />
        </>
      )}
      {isByToken ? <TokenForm onDone={onDone} /> : <PasswordForm onDone={onDone} />}
      {hasUsers && (
        <Button variant="subtle" onClick={() => setByToken(!isByToken)}>
          {isByToken ? texts.withPassword : texts.withToken}
        </Button>
      )}
    </Stack>
  );
}
