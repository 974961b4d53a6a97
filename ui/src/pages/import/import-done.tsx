import { Alert, Button, Group, Stack, Title } from '@mantine/core';
import { csvOf } from '../../../../src/core/text/csv.ts';
import type { ImportOutcome } from '../../api/keys.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { formatCount } from '../../components/format.ts';
import { saveText } from '../../components/save-text.ts';
import { strings } from '../../strings.ts';
import type { ImportedKey } from './key-rows.ts';
import { OutcomeTable } from './outcome-table.tsx';

const texts = strings.keyImport;

interface ImportDoneProps {
  rows: ImportedKey[];
  outcomes: ImportOutcome[];
  error: unknown;
  onFinish: () => void;
}

export function ImportDone({ rows, outcomes, error, onFinish }: ImportDoneProps) {
  const made = outcomes.filter(({ ok }) => ok);
  const withValue = made.filter(({ value }) => value !== undefined);
  const count = formatCount(made.length);
  const table = () =>
    csvOf(
      ['name', 'owner', 'value'],
      withValue.map(({ index, name, value }) => [name, rows[index]?.owner, value]),
    );
  return (
    <Stack>
      <Title order={2}>{texts.done(count)}</Title>
      {error !== null && (
        <>
          <ErrorNotice error={error} title={strings.errors.title} />
          <Alert color="orange">{texts.partly(count)}</Alert>
        </>
      )}
      <Alert color={withValue.length === 0 ? 'teal' : 'orange'}>
        {withValue.length === 0 ? texts.noValues : texts.once}
      </Alert>
      <Group>
        {withValue.length > 0 && (
          <Button onClick={() => saveText(texts.fileName, table())}>{texts.download}</Button>
        )}
        <Button variant="default" onClick={onFinish}>
          {texts.finish}
        </Button>
      </Group>
      <OutcomeTable rows={rows} outcomes={outcomes} fine={texts.made} />
    </Stack>
  );
}
