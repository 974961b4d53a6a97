import { Table } from '@mantine/core';
import type { BurnDown } from '../../api/budgets.ts';
import { formatAmount } from '../../components/amount-bar.tsx';
import { formatMoment } from '../../components/format.ts';
import { strings } from '../../strings.ts';
import { amountAt, type Lines } from './burn-down-lines.ts';

const texts = strings.budgets.burnDown;

/** What the chart shows, point by point. */
export function BurnDownTable({ course: { unit }, lines }: { course: BurnDown; lines: Lines }) {
  const { used, limit, before, forecast } = lines;
  const rows = [...used, ...forecast.slice(1)];
  const amount = (value: number | undefined) =>
    value === undefined ? strings.none : formatAmount(value, unit);
  return (
    <details>
      <summary className="summary">{texts.table}</summary>
      <Table.ScrollContainer minWidth={520}>
        <Table verticalSpacing={2} aria-label={texts.table}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{texts.time}</Table.Th>
              <Table.Th className="number">{texts.used}</Table.Th>
              <Table.Th className="number">{texts.limit}</Table.Th>
              {before.length > 0 && <Table.Th className="number">{texts.before}</Table.Th>}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((spot, index) => (
              <Table.Tr key={spot.at}>
                <Table.Td className="nowrap">
                  {formatMoment(spot.at)}
                  {index === used.length - 1 && ` (${texts.now})`}
                  {index >= used.length && ` (${texts.forecast.toLowerCase()})`}
                </Table.Td>
                <Table.Td className="number">{amount(spot.amount)}</Table.Td>
                <Table.Td className="number">{amount(amountAt(limit, spot.at))}</Table.Td>
                {before.length > 0 && (
                  <Table.Td className="number">{amount(amountAt(before, spot.at))}</Table.Td>
                )}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </details>
  );
}
