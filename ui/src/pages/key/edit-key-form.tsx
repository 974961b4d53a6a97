import { Button, Group, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError } from '../../api/client.ts';
import { changeKey, getKey } from '../../api/keys.ts';
import type { Key, KeyChange } from '../../api/types.ts';
import { ConflictNotice } from '../../components/conflict-notice.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { explain } from '../../components/explain.ts';
import { same } from '../../components/same.ts';
import { strings } from '../../strings.ts';
import { differences, keyChangeOf, valuesOfKey } from '../keys/key-change.ts';
import { KeyFields } from '../keys/key-fields.tsx';
import { checkKey, fieldOfError, type KeyFormValues } from '../keys/key-form.ts';

const texts = strings.keys.editing;

interface EditKeyFormProps {
  /** As it was when the form was opened. */
  opened: Key;
  onSaved: (key: Key) => void;
  onCancel: () => void;
  /** Begins again with the key of now. */
  onReload: (live: Key) => void;
}

/** A change of something else, such as its last use, is no conflict: it is sent again with the version of now. */
async function save(opened: Key, change: KeyChange): Promise<Key> {
  try {
    return await changeKey(opened, change);
  } catch (error) {
    if (!isConflict(error)) throw error;
    const live = await getKey(opened);
    if (differences(opened, live, change).length > 0) throw new Conflict(live, change);
    return changeKey(live, change);
  }
}

const isConflict = (error: unknown) =>
  error instanceof ApiError && error.status === 409 && error.code === 'conflict';

class Conflict extends Error {
  readonly live: Key;
  readonly change: KeyChange;

  constructor(live: Key, change: KeyChange) {
    super(strings.conflict.title);
    this.live = live;
    this.change = change;
  }
}

export function EditKeyForm({ opened, onSaved, onCancel, onReload }: EditKeyFormProps) {
  const [nothing, setNothing] = useState(false);
  const form = useForm<KeyFormValues>({
    initialValues: valuesOfKey(opened),
    validate: (values) => {
      const { expiresAt, ...errors } = checkKey(values, Date.now());
      const touched = values.expiresAt !== valuesOfKey(opened).expiresAt;
      return { ...errors, ...(touched && expiresAt !== undefined ? { expiresAt } : {}) };
    },
  });
  const saving = useMutation({
    mutationFn: ({ base, change }: { base: Key; change: KeyChange }) => save(base, change),
    onSuccess: onSaved,
    onError: (error) => {
      const field = fieldOfError(error);
      if (field !== undefined) form.setFieldError(field, explain(error));
    },
  });
  const conflict = saving.error instanceof Conflict ? saving.error : undefined;
  const submit = form.onSubmit((values) => {
    const change = keyChangeOf(values, opened);
    setNothing(same(change, {}));
    if (!same(change, {})) saving.mutate({ base: opened, change });
  });
  const elsewhere =
    saving.error !== null && conflict === undefined && fieldOfError(saving.error) === undefined;
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        {conflict !== undefined && (
          <ConflictNotice
            differences={differences(opened, conflict.live, conflict.change)}
            onTakeMine={() =>
              saving.mutate({ base: conflict.live, change: keyChangeOf(form.getValues(), opened) })
            }
            onTakeTheirs={() => onReload(conflict.live)}
          />
        )}
        {elsewhere && <ErrorNotice error={saving.error} title={texts.failed} />}
        <KeyFields form={form} />
        <Group justify="flex-end">
          {nothing && (
            <Text size="sm" role="status">
              {texts.nothing}
            </Text>
          )}
          <Button variant="default" onClick={onCancel}>
            {strings.common.cancel}
          </Button>
          <Button type="submit" loading={saving.isPending}>
            {strings.common.save}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
