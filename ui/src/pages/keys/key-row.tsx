import { Code, Group, Stack, Table, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { Key } from '../../api/types.ts';
import { formatCost, formatShort } from '../../components/format.ts';
import { Moment } from '../../components/moment.tsx';
import { strings } from '../../strings.ts';
import { KeyMenu } from './key-menu.tsx';
import { KeyStatusBadge } from './key-status-badge.tsx';
import { limitTexts } from './limit-texts.ts';

export function KeyRow({ item }: { item: Key }) {
  const limits = limitTexts(item.limits);
  const { namespace, name } = item;
  return (
    <Table.Tr>
      <Table.Td>
        <Stack gap={0}>
          <Link to="/keys/$namespace/$name" params={{ namespace, name }} className="clamp link">
            {name}
          </Link>
          {item.source !== 'VirtualKey' && (
            <Text size="xs" c="dimmed" title={strings.keys.sourceText(item.source)}>
              {strings.keys.source(item.source)}
            </Text>
          )}
        </Stack>
      </Table.Td>
      <Table.Td>
        <span className="clamp">{item.owner ?? strings.none}</span>
      </Table.Td>
      <Table.Td>
        {item.display === undefined ? strings.none : <Code className="nowrap">{item.display}</Code>}
      </Table.Td>
      <Table.Td>
        <KeyStatusBadge item={item} />
      </Table.Td>
      <Table.Td>
        <Text size="sm" c={limits.length === 0 ? 'dimmed' : undefined}>
          {limits.length === 0 ? strings.keys.noLimits : limits.join(', ')}
        </Text>
      </Table.Td>
      <Table.Td className="number">
        <Text size="sm">{formatCost(item.usage.costNano)}</Text>
        <Text size="xs" c="dimmed">
          {formatShort(item.usage.tokens)} {strings.common.tokens.toLowerCase()}
        </Text>
      </Table.Td>
      <Table.Td>
        <Moment time={item.lastUsedAt} none={strings.common.never} />
      </Table.Td>
      <Table.Td>
        <Moment time={item.expiresAt} none={strings.common.never} />
      </Table.Td>
      <Table.Td>
        <Group justify="flex-end">{item.editable && <KeyMenu item={item} />}</Group>
      </Table.Td>
    </Table.Tr>
  );
}
