import { Alert, Center, Paper, Stack, Title } from '@mantine/core';
import { strings } from '../strings.ts';
import { LoginForm } from './login-form.tsx';
import { ProviderLogout } from './provider-logout.tsx';

export function LoginPage({ problem }: { problem: string | undefined }) {
  return (
    <Center component="main" mih="80vh" p="md">
      <Paper withBorder shadow="sm" p="xl" w="100%" maw={440}>
        <Stack>
          <Title order={1}>{strings.login.title}</Title>
          {problem !== undefined && <Alert color="orange">{problem}</Alert>}
          <ProviderLogout />
          <LoginForm />
        </Stack>
      </Paper>
    </Center>
  );
}
