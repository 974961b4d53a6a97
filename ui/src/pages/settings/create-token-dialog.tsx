import { Alert, Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { createToken } from '../../api/tokens.ts';
import { CopyField } from '../../components/copy-field.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { explain } from '../../components/explain.ts';
import { fieldOfError } from '../../components/field-of-error.ts';
import { strings } from '../../strings.ts';
import { type Rights, RightsFields, rightsOf, teamFault } from './rights-fields.tsx';

const texts = strings.settings.tokens;

interface Issued {
  name: string;
  value: string;
}

/** First the form, then the value, which goes with a deliberate click only. */
export function CreateTokenDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const [issued, setIssued] = useState<Issued>();
  const queryClient = useQueryClient();
  const done = () => {
    setIssued(undefined);
    onClose();
  };
  const created = (what: Issued) => {
    setIssued(what);
    void queryClient.invalidateQueries({ queryKey: ['tokens'] });
  };
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={issued === undefined ? texts.create : texts.created(issued.name)}
      closeOnClickOutside={false}
      closeOnEscape={issued === undefined}
      withCloseButton={issued === undefined}
      closeButtonProps={{ 'aria-label': strings.common.close }}
    >
      {issued === undefined ? (
        <TokenForm onCreated={created} onCancel={onClose} />
      ) : (
        <Stack>
          <Alert color="orange">{texts.once}</Alert>
          <CopyField label={texts.value} value={issued.value} />
          <Group justify="flex-end">
            <Button onClick={done}>{texts.done}</Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}

interface Values extends Rights {
  name: string;
}

interface TokenFormProps {
  onCreated: (issued: Issued) => void;
  onCancel: () => void;
}

function TokenForm({ onCreated, onCancel }: TokenFormProps) {
  const form = useForm<Values>({
    initialValues: { name: '', role: 'viewer', team: '' },
    validate: {
      name: (name) => (/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(name) ? null : texts.nameWrong),
      team: teamFault,
    },
  });
  const fieldOf = (error: unknown) => fieldOfError(error, form.values);
  const creation = useMutation({
    mutationFn: ({ name, ...rights }: typeof form.values) => createToken({ name, ...rightsOf(rights) }),
    onSuccess: ({ token, value }) => onCreated({ name: token.name, value }),
    onError: (error) => {
      const field = fieldOf(error);
      if (field !== undefined) form.setFieldError(field, explain(error));
    },
  });
  return (
    <form onSubmit={form.onSubmit((values) => creation.mutate(values))} noValidate>
      <Stack>
        {creation.error !== null && fieldOf(creation.error) === undefined && (
          <ErrorNotice error={creation.error} title={texts.failed} />
        )}
        <TextInput
          label={texts.name}
          description={texts.nameHint}
          required
          maxLength={63}
          autoComplete="off"
          data-autofocus
          {...form.getInputProps('name')}
        />
        <RightsFields form={form} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel}>
            {strings.common.cancel}
          </Button>
          <Button type="submit" loading={creation.isPending}>
            {texts.create}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
