import { Alert, Button, FileButton, Group, Stack, Textarea } from '@mantine/core';
import { useState } from 'react';
import { strings } from '../../strings.ts';
import { columns, type ImportedKey, keyRowsOf } from './key-rows.ts';

const texts = strings.keyImport;

interface CsvSourceProps {
  text: string;
  busy: boolean;
  onText: (text: string) => void;
  onCheck: (rows: ImportedKey[]) => void;
}

export function CsvSource({ text, busy, onText, onCheck }: CsvSourceProps) {
  const [fault, setFault] = useState<string>();
  const check = () => {
    const { rows, fault: found } = keyRowsOf(text);
    setFault(found);
    if (found === undefined) onCheck(rows);
  };
  return (
    <Stack>
      <Group>
        <FileButton
          accept=".csv,.tsv,text/csv"
          onChange={(file) => void file?.text().then(onText)}
          inputProps={{ 'aria-label': texts.file }}
        >
          {(props) => (
            <Button variant="default" {...props}>
              {texts.file}
            </Button>
          )}
        </FileButton>
      </Group>
      <Textarea
        label={texts.table}
        description={texts.tableHint(columns.join(', '))}
        placeholder={texts.example}
        value={text}
        onChange={(event) => onText(event.currentTarget.value)}
        rows={10}
        spellCheck={false}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
      />
      {fault !== undefined && (
        <Alert color="red" role="alert" className="break">
          {fault}
        </Alert>
      )}
      <Group justify="flex-end">
        <Button onClick={check} loading={busy}>
          {texts.check}
        </Button>
      </Group>
    </Stack>
  );
}
