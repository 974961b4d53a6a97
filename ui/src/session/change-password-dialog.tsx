import { Button, Group, Modal, PasswordInput, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { changePassword } from '../api/session.ts';
import { ErrorNotice } from '../components/error-notice.tsx';
import { explain } from '../components/explain.ts';
import { fieldOfError } from '../components/field-of-error.ts';
import { strings } from '../strings.ts';

const texts = strings.login.change;

export function ChangePasswordDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={texts.title}
      closeButtonProps={{ 'aria-label': strings.common.close }}
    >
      <ChangePasswordForm onClose={onClose} />
    </Modal>
  );
}

function ChangePasswordForm({ onClose }: { onClose: () => void }) {
  const form = useForm({
    initialValues: { current: '', password: '' },
    validate: {
      current: (current) => (current === '' ? strings.login.passwordMissing : null),
      password: (password) => (password.length < 12 ? strings.users.passwordShort : null),
    },
  });
  const fieldOf = (error: unknown) => fieldOfError(error, form.values);
  const change = useMutation({
    mutationFn: ({ current, password }: typeof form.values) => changePassword(current, password),
    onSuccess: () => {
      notifications.show({ message: texts.done });
      onClose();
    },
    onError: (error) => {
      const field = fieldOf(error);
      if (field !== undefined) form.setFieldError(field, explain(error));
    },
  });
  return (
    <form onSubmit={form.onSubmit((values) => change.mutate(values))} noValidate>
      <Stack>
        {change.error !== null && fieldOf(change.error) === undefined && <ErrorNotice error={change.error} />}
        <PasswordInput
          label={texts.current}
          autoComplete="current-password"
          data-autofocus
          {...form.getInputProps('current')}
        />
        <PasswordInput
          label={texts.next}
          description={strings.users.passwordShort}
          autoComplete="new-password"
          {...form.getInputProps('password')}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {strings.common.cancel}
          </Button>
          <Button type="submit" loading={change.isPending}>
            {texts.submit}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
