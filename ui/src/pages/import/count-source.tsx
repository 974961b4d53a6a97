import { Button, Group, NumberInput, SimpleGrid, Stack, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useState } from 'react';
import { strings } from '../../strings.ts';
import { KeyFields } from '../keys/key-fields.tsx';
import type { KeyFormValues } from '../keys/key-form.ts';
import { type ImportedKey, numberedKeys } from './key-rows.ts';

const texts = strings.keyImport;
const most = 1_000;

interface CountSourceProps {
  form: UseFormReturnType<KeyFormValues>;
  busy: boolean;
  onCheck: (rows: ImportedKey[]) => void;
}

export function CountSource({ form, busy, onCheck }: CountSourceProps) {
  const [count, setCount] = useState<number | string>(10);
  const [wrong, setWrong] = useState(false);
  const submit = form.onSubmit(
    (values) => {
      const isFine = typeof count === 'number' && count >= 1 && count <= most;
      setWrong(!isFine);
      if (isFine) onCheck(numberedKeys(values, count));
    },
    (errors) => form.getInputNode(Object.keys(errors)[0] ?? 'name')?.focus(),
  );
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <TextInput
            label={texts.base}
            description={texts.baseHint}
            required
            autoComplete="off"
            {...form.getInputProps('name')}
          />
          <NumberInput
            label={texts.count}
            description={texts.countWrong}
            value={count}
            onChange={setCount}
            min={1}
            max={most}
            clampBehavior="none"
            allowDecimal={false}
            hideControls
            error={wrong ? texts.countWrong : undefined}
          />
        </SimpleGrid>
        <KeyFields form={form} />
        <Group justify="flex-end">
          <Button type="submit" loading={busy}>
            {texts.check}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
