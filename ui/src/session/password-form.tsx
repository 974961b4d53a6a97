import { Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { ApiError } from '../api/client.ts';
import { logIn } from '../api/session.ts';
import { strings } from '../strings.ts';

const texts = strings.login;

/** For users of the gateway's own. */
export function PasswordForm({ onDone }: { onDone: (() => void) | undefined }) {
  const form = useForm({
    initialValues: { user: '', password: '' },
    validate: {
      user: (user) => (user.trim() === '' ? texts.userMissing : null),
      password: (password) => (password === '' ? texts.passwordMissing : null),
    },
  });
  const login = useMutation({
    mutationFn: logIn,
    onSuccess: onDone,
    onError: (error) => {
      const isWrong = error instanceof ApiError && error.status === 401;
      form.setFieldError('password', isWrong ? texts.passwordWrong : error.message);
    },
  });
  return (
    <form onSubmit={form.onSubmit((values) => login.mutate(values))} noValidate>
      <Stack>
        <TextInput
          label={texts.user}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          data-autofocus
          autoFocus
          {...form.getInputProps('user')}
        />
        <PasswordInput
          label={texts.password}
          autoComplete="current-password"
          {...form.getInputProps('password')}
        />
        <Button type="submit" loading={login.isPending}>
          {texts.submit}
        </Button>
      </Stack>
    </form>
  );
}
