import { Progress, Table, Text } from '@mantine/core';
import type { UsageFigures } from '../../api/types.ts';
import { formatCount } from '../../components/format.ts';
import { KindName } from '../../components/kind-name.tsx';
import { kindRows } from '../../components/kind-rows.ts';
import { Section } from '../../components/section.tsx';
import { strings } from '../../strings.ts';

const texts = strings.usage.byKind;

/** What the tokens of the range were: parts set in under what they are a part of. */
export function UsageKinds({ total }: { total: UsageFigures }) {
  const { tokens, estimated } = total;
  if (tokens === 0) return null;
  return (
    <Section title={texts.title}>
      <Table verticalSpacing={4} horizontalSpacing="xs" aria-label={texts.title}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{texts.kind}</Table.Th>
            <Table.Th ta="right">{texts.tokens}</Table.Th>
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
              <Table.Td className="number">{percent(total[row.kind] / tokens)}</Table.Td>
              <Table.Td visibleFrom="xs" aria-hidden="true">
                <Progress value={(total[row.kind] / tokens) * 100} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {estimated > 0 && (
        <Text size="sm" c="dimmed" mt="xs">
          {texts.estimated(formatCount(estimated))}
        </Text>
      )}
    </Section>
  );
}

/** What there is of is never said to be nothing. */
function percent(share: number): string {
  return share > 0 && share < 0.001 ? '< 0.1 %' : `${(share * 100).toFixed(1)} %`;
}
