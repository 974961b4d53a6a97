import { Center, Loader } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { isReachable } from './api/connection.ts';
import { loadSession, logIn } from './api/session.ts';
import { session } from './api/session-state.ts';
import { useStore } from './api/store.ts';
import { ConnectionBanner } from './layout/connection-banner.tsx';
import { router } from './router.tsx';
import { LoginPage } from './session/login-page.tsx';
import { ReloginDialog } from './session/relogin-dialog.tsx';
import { strings } from './strings.ts';

interface AppProps {
  loginCode: string | undefined;
  /** Code of what went wrong at the identity provider. */
  loginProblem: string | undefined;
}

/** A code from the address first, then the cookie; neither is an error when it fails, the login page is next. */
async function begin({ loginCode, loginProblem }: AppProps): Promise<string | undefined> {
  if (loginCode === undefined) {
    await loadSession();
    return loginProblem && (strings.login.problems[loginProblem] ?? strings.login.problems.failed);
  }
  try {
    await logIn({ token: loginCode });
    return undefined;
  } catch {
    return (await loadSession()) === undefined ? strings.login.codeUsed : undefined;
  }
}

let beginning: Promise<string | undefined> | undefined;

export function App({ loginCode, loginProblem }: AppProps) {
  const current = useStore(session);
  const reachable = useStore(isReachable);
  const [begun, setBegun] = useState(false);
  const [problem, setProblem] = useState<string>();
  const queryClient = useQueryClient();

  // Begins again when the API comes back: a page opened while it was gone recovers by itself.
  useEffect(() => {
    if (!reachable || begun) return;
    beginning ??= begin({ loginCode, loginProblem });
    beginning
      .then((found) => {
        setProblem(found);
        setBegun(true);
      })
      .catch(() => {
        beginning = undefined;
      });
  }, [reachable, begun, loginCode, loginProblem]);

  // Whoever logs in next sees nothing of the one before, and no page that is not theirs.
  const role = current?.role;
  useEffect(() => {
    if (role === undefined) queryClient.clear();
    else void router.invalidate();
  }, [role, queryClient]);

  return (
    <>
      <ConnectionBanner />
      {current !== undefined && (
        <>
          <RouterProvider router={router} />
          <ReloginDialog />
        </>
      )}
      {current === undefined && begun && <LoginPage problem={problem} />}
      {current === undefined && !begun && (
        <Center mih="60vh">
          <Loader aria-label={strings.loading} />
        </Center>
      )}
    </>
  );
}
