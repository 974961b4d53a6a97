import { Alert, Button, Group, Stack } from '@mantine/core';
import { CopyField } from '../../components/copy-field.tsx';
import { strings } from '../../strings.ts';
import { Snippets } from './snippets.tsx';

interface IssuedKeyViewProps {
  value: string;
  models: string[];
  onDone: () => void;
}

/** The only place where a value is ever shown; it lives in the memory of this component alone. */
export function IssuedKeyView({ value, models, onDone }: IssuedKeyViewProps) {
  return (
    <Stack>
      <Alert color="orange">{strings.keys.issued.once}</Alert>
      <CopyField label={strings.keys.issued.value} value={value} />
      <Snippets value={value} models={models} />
      <Group justify="flex-end">
        <Button onClick={onDone}>{strings.keys.issued.done}</Button>
      </Group>
    </Stack>
  );
}
