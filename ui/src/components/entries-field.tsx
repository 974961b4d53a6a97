import { ActionIcon, Button, Group, Input, Stack, TextInput } from '@mantine/core';
import { strings } from '../strings.ts';

interface Entry {
  id: number;
  name: string;
  value: string;
}

interface EntriesFieldProps {
  label: string;
  hint: string;
  entries: Entry[];
  error?: string;
  onChange: (entries: Entry[]) => void;
}

/** Pairs of name and value. */
export function EntriesField({ label, hint, entries, error, onChange }: EntriesFieldProps) {
  const texts = strings.keys.form;
  const change = (id: number, part: Partial<Entry>) =>
    onChange(entries.map((entry) => (entry.id === id ? { ...entry, ...part } : entry)));
  const add = () =>
    onChange([...entries, { id: Math.max(0, ...entries.map(({ id }) => id)) + 1, name: '', value: '' }]);
  return (
    <Stack gap={6} component="fieldset" m={0} p={0} bd={0} miw={0}>
      <Input.Label component="legend" p={0}>
        {label}
      </Input.Label>
      <Input.Description>{hint}</Input.Description>
      {entries.map(({ id, name, value }, index) => (
        <Group key={id} gap="xs" wrap="nowrap">
          <TextInput
            aria-label={texts.entryName(label, index + 1)}
            placeholder={strings.common.name}
            value={name}
            onChange={(event) => change(id, { name: event.currentTarget.value })}
            style={{ flex: 1 }}
          />
          <TextInput
            aria-label={texts.entryValue(label, index + 1)}
            placeholder={strings.common.value}
            value={value}
            onChange={(event) => change(id, { value: event.currentTarget.value })}
            style={{ flex: 1 }}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={texts.removeEntry(label, index + 1)}
            onClick={() => onChange(entries.filter((entry) => entry.id !== id))}
          >
            ✕
          </ActionIcon>
        </Group>
      ))}
      {error !== undefined && <Input.Error role="alert">{error}</Input.Error>}
      <Group>
        <Button size="compact-sm" variant="default" aria-label={texts.addEntry(label)} onClick={add}>
          {strings.common.add}
        </Button>
      </Group>
    </Stack>
  );
}
