import { Progress, Table, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { TokenKind } from '../../../../src/core/llm/usage-kinds.ts';
import type { UsageFigures } from '../../api/types.ts';
import { getUsageKinds, type UsageQuery } from '../../api/usage.ts';
import { formatCost, formatCount } from '../../components/format.ts';
import { KindName } from '../../components/kind-name.tsx';
import { kindRows } from '../../components/kind-rows.ts';
import { Section } from '../../components/section.tsx';
import { strings } from '../../strings.ts';

const texts = strings.usage.byKind;

/** What the tokens of the range were, and what they cost as far as that is known. */
export function UsageKinds({ total, query }: { total: UsageFigures; query: UsageQuery }) {
  const { tokens, estimated } = total;
  const { data } = useQuery({
    queryKey: ['usage', 'kinds', query],
    queryFn: ({ signal }) => getUsageKinds(query, signal),
    placeholderData: keepPreviousData,
    enabled: tokens > 0,
  });
  if (tokens === 0) return null;
  const isKnown = data !== undefined && data.explainedNano > 0;
  const costs = isKnown ? new Map(data.items.map(({ kind, costNano }) => [kind, costNano])) : undefined;
  const leftNano = isKnown ? data.costNano - data.explainedNano : 0;
  const notes = [
    leftNano > 0 ? texts.left(formatCost(leftNano)) : undefined,
    estimated > 0 ? texts.estimated(formatCount(estimated)) : undefined,
  ].filter((note) => note !== undefined);
  return (
    <Section title={texts.title}>
      <KindsTable total={total} costs={costs} />
      {notes.map((note) => (
        <Text key={note} size="sm" c="dimmed" mt="xs">
          {note}
        </Text>
      ))}
    </Section>
  );
}

interface TableProps {
  total: UsageFigures;
  /** Nano-dollars; undefined where nothing is known of any. */
  costs: ReadonlyMap<TokenKind, number> | undefined;
}

/** Parts are set in under what they are a part of. */
function KindsTable({ total, costs }: TableProps) {
  return (
    <Table verticalSpacing={4} horizontalSpacing="xs" aria-label={texts.title}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{texts.kind}</Table.Th>
          <Table.Th ta="right">{texts.tokens}</Table.Th>
          {costs !== undefined && <Table.Th ta="right">{texts.cost}</Table.Th>}
          <Table.Th ta="right">{texts.share}</Table.Th>
          <Table.Th w="35%" visibleFrom="xs" aria-hidden="true" />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {kindRows([total]).map((row) => (
          <Table.Tr key={row.kind} fw={row.depth === 0 ? 600 : undefined}>
            <Table.Td>
              <KindName row={row} />
            </Table.Td>
            <Table.Td className="number">{formatCount(total[row.kind])}</Table.Td>
            {costs !== undefined && (
              <Table.Td className="number">{formatCost(costs.get(row.kind) ?? 0)}</Table.Td>
            )}
            <Table.Td className="number">{percent(total[row.kind] / total.tokens)}</Table.Td>
            <Table.Td visibleFrom="xs" aria-hidden="true">
              <Progress value={(total[row.kind] / total.tokens) * 100} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

/** What there is of is never said to be nothing. */
function percent(share: number): string {
  return share > 0 && share < 0.001 ? '< 0.1 %' : `${(share * 100).toFixed(1)} %`;
}
