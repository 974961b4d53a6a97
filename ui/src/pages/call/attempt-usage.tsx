import { Table } from '@mantine/core';
import { noUsage } from '../../../../src/core/llm/usage.ts';
import { tokensByKind } from '../../../../src/core/llm/usage-kinds.ts';
import type { Call } from '../../api/types.ts';
import { formatCost, formatCount } from '../../components/format.ts';
import { KindName } from '../../components/kind-name.tsx';
import { kindRows } from '../../components/kind-rows.ts';
import { Section } from '../../components/section.tsx';
import { strings } from '../../strings.ts';

const texts = strings.calls.one;

/** What each attempt used, side by side, and all together: what the call was charged. Nothing where there was only one. */
export function AttemptUsage({ call: { attempts = [], llm } }: { call: Call }) {
  if (attempts.length < 2 || llm?.usage === undefined) return null;
  const columns = [
    ...attempts.map(({ usage, costNano }, index) => ({
      title: texts.attemptNumber(index + 1),
      tokens: tokensByKind(usage ?? noUsage),
      costNano,
    })),
    { title: texts.together, tokens: tokensByKind(llm.usage), costNano: llm.costNano },
  ];
  return (
    <Section title={texts.usage}>
      <Table.ScrollContainer minWidth={160 + columns.length * 90}>
        <Table verticalSpacing={4} horizontalSpacing="xs" aria-label={texts.usage}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{texts.kind}</Table.Th>
              {columns.map(({ title }) => (
                <Table.Th key={title} ta="right">
                  {title}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {kindRows(columns.map(({ tokens }) => tokens)).map((row) => (
              <Table.Tr key={row.kind}>
                <Table.Td>
                  <KindName row={row} />
                </Table.Td>
                {columns.map(({ title, tokens }) => (
                  <Table.Td key={title} className="number">
                    {formatCount(tokens[row.kind])}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
            <Table.Tr fw={600}>
              <Table.Td>{texts.cost}</Table.Td>
              {columns.map(({ title, costNano }) => (
                <Table.Td key={title} className="number">
                  {costNano === undefined ? strings.none : formatCost(costNano)}
                </Table.Td>
              ))}
            </Table.Tr>
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Section>
  );
}
