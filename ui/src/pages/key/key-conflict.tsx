import { Alert, Button, Group, Table, Text } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { strings } from '../../strings.ts';
import type { Changeable, Difference } from '../keys/key-change.ts';

const texts = strings.keys.editing;
const { form, columns } = strings.keys;
const names: Record<Changeable, string> = {
  owner: form.owner,
  labels: form.labels,
  metadata: form.metadata,
  allowedModels: form.models,
  allowedRoutes: form.routes,
  allowedCIDRs: form.cidrs,
  limits: form.limits,
  expiresAt: columns.expires,
};

interface KeyConflictProps {
  differences: Difference[];
  onTakeMine: () => void;
  onTakeTheirs: () => void;
}

/** What the other one changed, beside what was typed here: the one who typed decides. */
export function KeyConflict({ differences, onTakeMine, onTakeTheirs }: KeyConflictProps) {
  const notice = useRef<HTMLDivElement>(null);
  useEffect(() => {
    notice.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  return (
    <Alert color="orange" title={texts.conflictTitle} role="alert" ref={notice}>
      <Text size="sm">{texts.conflictText}</Text>
      <Table.ScrollContainer minWidth={420}>
        <Table verticalSpacing={4} aria-label={texts.conflictTitle}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{texts.field}</Table.Th>
              <Table.Th>{texts.before}</Table.Th>
              <Table.Th>{texts.now}</Table.Th>
              <Table.Th>{texts.yours}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {differences.map(({ field, before, now, mine }) => (
              <Table.Tr key={field}>
                <Table.Th scope="row">{names[field]}</Table.Th>
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
