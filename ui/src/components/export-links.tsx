import { Button, Group } from '@mantine/core';
import { strings } from '../strings.ts';

interface ExportLinksProps {
  /** What is in the files: "tokens". */
  what: string;
  /** Without its ending. */
  fileName: string;
  urlOf: (format: 'csv' | 'jsonl') => string;
}

/** All rows that match, on whichever page, as a file. */
export function ExportLinks({ what, fileName, urlOf }: ExportLinksProps) {
  const { formats, exportHint } = strings.common;
  return (
    <Group wrap="nowrap" gap="xs" ml={{ base: 0, sm: 'auto' }}>
      {(['csv', 'jsonl'] as const).map((format) => (
        <Button
          key={format}
          component="a"
          variant="default"
          href={urlOf(format)}
          title={exportHint(what, formats[format])}
          download={`${fileName}.${format}`}
        >
          {formats[format]}
        </Button>
      ))}
    </Group>
  );
}
