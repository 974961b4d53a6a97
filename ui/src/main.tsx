import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './console.css';
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createRoot } from 'react-dom/client';
import { takeLoginCode, takeLoginProblem } from './api/session.ts';
import { App } from './app.tsx';
import { accessibleColors, theme } from './theme.ts';

const nonce = document.querySelector<HTMLElement>('meta[property="csp-nonce"]')?.nonce ?? '';
// The scroll lock below dialogs reads its nonce from here.
Object.assign(globalThis, { __webpack_nonce__: nonce });

const loginCode = takeLoginCode(window.location, window.history);
const loginProblem = takeLoginProblem(window.location, window.history);
const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: 5_000 } } });

createRoot(document.getElementById('root')!).render(
  <MantineProvider
    theme={theme}
    defaultColorScheme="auto"
    cssVariablesResolver={accessibleColors}
    getStyleNonce={() => nonce}
  >
    <Notifications position="top-right" />
    <QueryClientProvider client={queryClient}>
      <App loginCode={loginCode} loginProblem={loginProblem} />
    </QueryClientProvider>
  </MantineProvider>,
);
