import { Progress, Table, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { TopEntry } from '../../api/overview.ts';
import { formatCost, formatShort } from '../../components/format.ts';
import { strings } from '../../strings.ts';

/** Each leads to its usage. */
interface TopListProps {
  entries: TopEntry[];
  dimension: 'user' | 'model' | 'team';
}

export function TopList({ entries, dimension }: TopListProps) {
  if (entries.length === 0) return <Text c="dimmed">{strings.overview.nothing}</Text>;
  const most = Math.max(...entries.map(({ costNano }) => costNano), 1);
  return (
    <Table verticalSpacing={4} horizontalSpacing={4}>
      <Table.Tbody>
        {entries.map(({ name, costNano, tokens }) => (
          <Table.Tr key={name}>
            <Table.Td w="100%">
              {name === '' ? (
                strings.usage.unnamed
              ) : (
                <Link to="/usage" search={usageOf(dimension, name)} className="clamp link">
                  {name}
                </Link>
              )}
              <Progress size="xs" value={(costNano / most) * 100} aria-label={strings.usage.share} />
            </Table.Td>
            <Table.Td className="number">
              <Text size="sm">{formatCost(costNano)}</Text>
              <Text size="xs" c="dimmed">
                {formatShort(tokens)} {strings.common.tokens.toLowerCase()}
              </Text>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function usageOf(dimension: TopListProps['dimension'], name: string) {
  if (dimension === 'team') return { groupBy: 'label:team,user', named: name };
  return { [dimension]: name, groupBy: dimension === 'user' ? 'model' : 'user' };
}
