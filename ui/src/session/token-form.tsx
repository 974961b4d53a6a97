import { Button, PasswordInput, Stack } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { ApiError } from '../api/client.ts';
import { logIn } from '../api/session.ts';
import { strings } from '../strings.ts';

/** For admin tokens and virtual keys. */
export function TokenForm({ onDone }: { onDone: (() => void) | undefined }) {
  const [token, setToken] = useState('');
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (token.trim() === '') return setError(strings.login.missing);
    setBusy(true);
    try {
      await logIn({ token: token.trim() });
      onDone?.();
    } catch (problem) {
      const refused = problem instanceof ApiError && problem.status === 401;
      setError(refused ? strings.login.wrong : String((problem as Error).message));
    } finally {
      setBusy(false);
    }
  };

  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <PasswordInput
          label={strings.login.token}
          description={strings.login.hint}
          value={token}
          onChange={(event) => {
            setToken(event.currentTarget.value);
            setError(undefined);
          }}
          error={error}
          autoComplete="current-password"
          spellCheck={false}
          data-autofocus
          autoFocus
        />
        <Button type="submit" loading={busy}>
          {strings.login.submit}
        </Button>
      </Stack>
    </form>
  );
}
