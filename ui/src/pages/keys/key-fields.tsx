import { TagsInput, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { EntriesField } from '../../components/entries-field.tsx';
import { strings } from '../../strings.ts';
import type { KeyFormValues } from './key-form.ts';
import { LimitFields } from './limit-fields.tsx';

const texts = strings.keys.form;
const lists = [
  { field: 'allowedModels', label: texts.models, hint: texts.modelsHint },
  { field: 'allowedRoutes', label: texts.routes, hint: texts.routesHint },
  { field: 'allowedCIDRs', label: texts.cidrs, hint: texts.cidrsHint },
] as const;

/** Everything of a key but its name: the same when it is made, changed, or made by the dozen. */
export function KeyFields({ form }: { form: UseFormReturnType<KeyFormValues> }) {
  return (
    <>
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
      {lists.map(({ field, label, hint }) => (
        <TagsInput
          key={field}
          label={label}
          description={hint}
          acceptValueOnBlur
          {...form.getInputProps(field)}
        />
      ))}
      <LimitFields form={form} />
      <TextInput
        type="datetime-local"
        label={texts.expires}
        description={texts.expiresHint}
        {...form.getInputProps('expiresAt')}
      />
    </>
  );
}
