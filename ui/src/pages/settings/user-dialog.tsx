import { Button, Group, Modal, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { changeUser, createUser, type User, type UserChange } from '../../api/users.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { explain } from '../../components/explain.ts';
import { fieldOfError } from '../../components/field-of-error.ts';
import { useKept } from '../../components/use-kept.ts';
import { strings } from '../../strings.ts';
import { type Rights, RightsFields, rightsOf, teamFault } from './rights-fields.tsx';

const texts = strings.users;
const leastPassword = 12;

interface UserDialogProps {
  user: User | 'new' | undefined;
  onClose: () => void;
}

export function UserDialog({ user, onClose }: UserDialogProps) {
  const shown = useKept(user);
  const known = shown === 'new' ? undefined : shown;
  return (
    <Modal
      opened={user !== undefined}
      onClose={onClose}
      title={known === undefined ? texts.create : texts.editOf(known.name)}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': strings.common.close }}
    >
      <UserForm key={known?.name ?? ''} known={known} onClose={onClose} />
    </Modal>
  );
}

interface Values extends Rights {
  name: string;
  password: string;
}

function save(known: User | undefined, { name, password, ...rights }: Values): Promise<User> {
  const change: UserChange = { ...rightsOf(rights), ...(password === '' ? {} : { password }) };
  return known === undefined ? createUser({ name, ...change }) : changeUser({ name: known.name, ...change });
}

function UserForm({ known, onClose }: { known: User | undefined; onClose: () => void }) {
  const queryClient = useQueryClient();
  const isNew = known === undefined;
  const initialValues: Values = {
    name: known?.name ?? '',
    role: known?.role ?? 'viewer',
    team: known?.team ?? '',
    password: '',
  };
  const form = useForm<Values>({
    initialValues,
    validate: {
      name: (name) => (/^[a-z0-9]([-a-z0-9.@_+]*[a-z0-9])?$/.test(name) ? null : texts.nameWrong),
      team: teamFault,
      password: (text) =>
        text.length >= leastPassword || (!isNew && text === '') ? null : texts.passwordShort,
    },
  });
  const fieldOf = (error: unknown) => fieldOfError(error, form.values);
  const saving = useMutation({
    mutationFn: (values: Values) => save(known, values),
    onSuccess: ({ name }) => {
      notifications.show({ message: isNew ? texts.created(name) : texts.saved(name) });
      onClose();
      return queryClient.invalidateQueries({ queryKey: ['users'] });
    },
    onError: (error) => {
      const field = fieldOf(error);
      if (field !== undefined) form.setFieldError(field, explain(error));
    },
  });
  return (
    <form onSubmit={form.onSubmit((values) => saving.mutate(values))} noValidate>
      <Stack>
        {saving.error !== null && fieldOf(saving.error) === undefined && (
          <ErrorNotice error={saving.error} title={texts.failed} />
        )}
        {isNew && (
          <TextInput
            label={texts.name}
            description={texts.nameHint}
            required
            maxLength={63}
            autoComplete="off"
            data-autofocus
            {...form.getInputProps('name')}
          />
        )}
        <RightsFields form={form} />
        <PasswordInput
          label={texts.password}
          description={isNew ? texts.passwordHint : texts.newPasswordHint}
          required={isNew}
          maxLength={256}
          autoComplete="new-password"
          {...form.getInputProps('password')}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {strings.common.cancel}
          </Button>
          <Button type="submit" loading={saving.isPending}>
            {isNew ? texts.create : strings.common.save}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
