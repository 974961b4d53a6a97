import { Button, Group, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { createKey } from '../../api/keys.ts';
import type { IssuedKey } from '../../api/types.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { explain } from '../../components/explain.ts';
import { strings } from '../../strings.ts';
import { KeyFields } from './key-fields.tsx';
import { checkKey, emptyKey, fieldOfError, type KeyFormValues, keyInputOf } from './key-form.ts';

const texts = strings.keys.form;

interface CreateKeyFormProps {
  onCreated: (issued: IssuedKey) => void;
  onCancel: () => void;
}

export function CreateKeyForm({ onCreated, onCancel }: CreateKeyFormProps) {
  const form = useForm<KeyFormValues>({
    initialValues: emptyKey,
    validate: (values) => checkKey(values, Date.now()),
  });
  const creation = useMutation({
    mutationFn: (values: KeyFormValues) => createKey(keyInputOf(values)),
    onSuccess: onCreated,
    onError: (error) => {
      const field = fieldOfError(error);
      if (field === undefined) return;
      form.setFieldError(field, explain(error));
      form.getInputNode(field)?.focus();
    },
  });
  const elsewhere = creation.error !== null && fieldOfError(creation.error) === undefined;
  const submit = form.onSubmit(
    (values) => creation.mutate(values),
    (errors) => form.getInputNode(Object.keys(errors)[0] ?? 'name')?.focus(),
  );
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        {elsewhere && <ErrorNotice error={creation.error} title={texts.failed} />}
        <TextInput
          label={texts.name}
          description={texts.nameHint}
          required
          autoComplete="off"
          spellCheck={false}
          data-autofocus
          {...form.getInputProps('name')}
        />
        <KeyFields form={form} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel}>
            {strings.common.cancel}
          </Button>
          <Button type="submit" loading={creation.isPending}>
            {strings.keys.create}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
