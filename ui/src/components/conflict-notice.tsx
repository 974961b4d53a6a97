import { Alert, Button, Group, Table, Text } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { strings } from '../strings.ts';

const texts = strings.conflict;

export interface NamedDifference {
  name: string;
  before: unknown;
  now: unknown;
  /** Undefined: not changed by the one who is asked. */
  mine: unknown;
}

interface ConflictProps {
  differences: NamedDifference[];
  onTakeMine: () => void;
  onTakeTheirs: () => void;
}

/** What the other one changed, beside what was typed here: the one who typed decides. */
export function ConflictNotice({ differences, onTakeMine, onTakeTheirs }: ConflictProps) {
  const notice = useRef<HTMLDivElement>(null);
  useEffect(() => {
    notice.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  return (
    <Alert color="orange" title={texts.title} role="alert" ref={notice}>
      <Text size="sm">{texts.text}</Text>
      <Table.ScrollContainer minWidth={420}>
        <Table verticalSpacing={4} aria-label={texts.title}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{texts.field}</Table.Th>
              <Table.Th>{texts.before}</Table.Th>
              <Table.Th>{texts.now}</Table.Th>
              <Table.Th>{texts.yours}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {differences.map(({ name, before, now, mine }) => (
              <Table.Tr key={name}>
                <Table.Th scope="row">{name}</Table.Th>
                <Table.Td className="break">{valueText(before)}</Table.Td>
                <Table.Td className="break">{valueText(now)}</Table.Td>
                <Table.Td className="break">
                  {mine === undefined ? texts.untouched : valueText(mine)}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Group gap="xs">
        <Button size="xs" onClick={onTakeMine}>
          {texts.takeMine}
        </Button>
        <Button size="xs" variant="default" onClick={onTakeTheirs}>
          {texts.takeTheirs}
        </Button>
      </Group>
    </Alert>
  );
}

function valueText(value: unknown): string {
  if (value === undefined || value === null) return strings.none;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text === '{}' || text === '[]' ? strings.none : text.slice(0, 300);
}
