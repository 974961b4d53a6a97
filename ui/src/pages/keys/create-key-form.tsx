import { Button, Group, Stack, TagsInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { createKey } from '../../api/keys.ts';
import type { IssuedKey } from '../../api/types.ts';
import { EntriesField } from '../../components/entries-field.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { explain } from '../../components/explain.ts';
import { strings } from '../../strings.ts';
import { checkKey, emptyKey, fieldOfError, type KeyFormValues, keyInputOf } from './key-form.ts';
import { LimitFields } from './limit-fields.tsx';

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
        <TextInput
          label={texts.owner}
          description={texts.ownerHint}
          autoComplete="off"
          {...form.getInputProps('owner')}
        />
        <EntriesField
          label={texts.labels}
          hint={texts.labelsHint}
          entries={form.values.labels}
          error={form.errors.labels as string | undefined}
          onChange={(entries) => form.setFieldValue('labels', entries)}
        />
        <EntriesField
          label={texts.metadata}
          hint={texts.metadataHint}
          entries={form.values.metadata}
          error={form.errors.metadata as string | undefined}
          onChange={(entries) => form.setFieldValue('metadata', entries)}
        />
        <TagsInput
          label={texts.models}
          description={texts.modelsHint}
          acceptValueOnBlur
          {...form.getInputProps('allowedModels')}
        />
        <TagsInput
          label={texts.routes}
          description={texts.routesHint}
          acceptValueOnBlur
          {...form.getInputProps('allowedRoutes')}
        />
        <LimitFields form={form} />
        <TextInput
          type="datetime-local"
          label={texts.expires}
          description={texts.expiresHint}
          {...form.getInputProps('expiresAt')}
        />
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
