import { Table, Text } from '@mantine/core';
import type { ImportOutcome } from '../../api/keys.ts';
import { formatCount } from '../../components/format.ts';
import { strings } from '../../strings.ts';
import type { ImportedKey } from './key-rows.ts';

const texts = strings.keyImport;
const most = 200;

interface OutcomeTableProps {
  rows: ImportedKey[];
  outcomes: ImportOutcome[];
  fine: string;
}

/** What is wrong first, so that it is seen without scrolling. */
export function OutcomeTable({ rows, outcomes, fine }: OutcomeTableProps) {
  const ordered = [...outcomes].sort((a, b) => Number(a.ok) - Number(b.ok) || a.index - b.index);
  return (
    <>
      <Table.ScrollContainer minWidth={560}>
        <Table verticalSpacing={4} aria-label={texts.previewTable}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={70}>{texts.row}</Table.Th>
              <Table.Th>{texts.name}</Table.Th>
              <Table.Th>{texts.owner}</Table.Th>
              <Table.Th>{texts.outcome}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {ordered.slice(0, most).map(({ index, name, ok, error }) => (
              <Table.Tr key={index}>
                <Table.Td>{formatCount(index + 1)}</Table.Td>
                <Table.Td>
                  <span className="clamp">{name || strings.none}</span>
                </Table.Td>
                <Table.Td>
                  <span className="clamp">{rows[index]?.owner ?? strings.none}</span>
                </Table.Td>
                <Table.Td>
                  <Text size="sm" c={ok ? undefined : 'var(--mantine-color-error)'} className="break">
                    {ok ? fine : (error ?? strings.errors.title).slice(0, 400)}
                  </Text>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {ordered.length > most && (
        <Text size="sm" c="dimmed">
          {texts.shown(formatCount(most), formatCount(ordered.length))}
        </Text>
      )}
    </>
  );
}
