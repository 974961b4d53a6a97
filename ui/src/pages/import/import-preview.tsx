import { Button, Group, Stack, Text } from '@mantine/core';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { formatCount } from '../../components/format.ts';
import { strings } from '../../strings.ts';
import type { ImportedKey } from './key-rows.ts';
import { OutcomeTable } from './outcome-table.tsx';
import type { Checked } from './use-import.ts';

const texts = strings.keyImport;

interface ImportPreviewProps {
  checked: Checked;
  busy: boolean;
  error: unknown;
  onCreate: (rows: ImportedKey[]) => void;
  onBack: () => void;
}

export function ImportPreview({
  checked: { rows, outcomes },
  busy,
  error,
  onCreate,
  onBack,
}: ImportPreviewProps) {
  const fine = outcomes.filter(({ ok }) => ok).map(({ index }) => rows[index]!);
  const wrong = outcomes.length - fine.length;
  const count = formatCount(fine.length);
  return (
    <Stack>
      <Text role="status">
        {texts.preview(count, formatCount(wrong))} {wrong > 0 && texts.wrongFirst}
      </Text>
      <OutcomeTable rows={rows} outcomes={outcomes} fine={texts.fine} />
      {error !== null && <ErrorNotice error={error} title={texts.failed} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onBack}>
          {texts.change}
        </Button>
        <Button disabled={fine.length === 0} loading={busy} onClick={() => onCreate(fine)}>
          {wrong === 0 ? texts.create(count) : texts.createRest(count)}
        </Button>
      </Group>
    </Stack>
  );
}
