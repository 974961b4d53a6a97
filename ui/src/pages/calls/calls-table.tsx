import { Table, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { Call } from '../../api/types.ts';
import { formatCost, formatCount, formatDuration, formatSecond } from '../../components/format.ts';
import { SortHeader } from '../../components/sort-header.tsx';
import { strings } from '../../strings.ts';
import type { CallSort } from './calls-search.ts';
import { OutcomeBadge } from './outcome-badge.tsx';

const { columns } = strings.calls;

interface CallsTableProps {
  calls: Call[];
  /** All are of one user: the column is left out. */
  ofOneUser?: boolean;
  /** Absent where the order is fixed. */
  sorting?: { orderOf: (column: CallSort) => 'asc' | 'desc' | undefined; sortBy: (column: CallSort) => void };
}

export function CallsTable({ calls, ofOneUser = false, sorting }: CallsTableProps) {
  const heading = (column: CallSort, align?: 'right') =>
    sorting === undefined ? (
      <Table.Th className={align === 'right' ? 'number' : undefined}>{columns[column]}</Table.Th>
    ) : (
      <SortHeader
        label={columns[column]}
        order={sorting.orderOf(column)}
        onSort={() => sorting.sortBy(column)}
        align={align}
      />
    );
  return (
    <Table.ScrollContainer minWidth={ofOneUser ? 580 : 680}>
      <Table highlightOnHover verticalSpacing={6} horizontalSpacing="xs" aria-label={strings.calls.table}>
        <Table.Thead>
          <Table.Tr>
            {heading('time')}
            {!ofOneUser && <Table.Th>{columns.user}</Table.Th>}
            <Table.Th>{columns.model}</Table.Th>
            <Table.Th>{columns.outcome}</Table.Th>
            {heading('tokens', 'right')}
            {heading('cost', 'right')}
            {heading('duration', 'right')}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {calls.map((call) => (
            <CallRow key={call.id} call={call} ofOneUser={ofOneUser} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function CallRow({ call, ofOneUser }: { call: Call; ofOneUser: boolean }) {
  const { usage, costNano } = call.llm ?? {};
  const why = call.error ?? call.decisions[0] ?? (call.status >= 400 ? call.reason : undefined);
  return (
    <Table.Tr>
      <Table.Td className="nowrap">
        <Link
          to="/calls/$id"
          params={{ id: call.id }}
          className="link"
          aria-label={strings.calls.openCall(formatSecond(call.startedAtMs))}
        >
          {formatSecond(call.startedAtMs)}
        </Link>
      </Table.Td>
      {!ofOneUser && (
        <Table.Td>
          <span className="clamp">{call.key?.user ?? strings.none}</span>
        </Table.Td>
      )}
      <Table.Td>
        <span className="clamp">{call.llm?.responseModel ?? call.llm?.requestModel ?? strings.none}</span>
      </Table.Td>
      <Table.Td>
        <OutcomeBadge call={call} />
        {why !== undefined && (
          <Text size="xs" c="dimmed" lineClamp={1} className="break" title={why}>
            {why}
          </Text>
        )}
      </Table.Td>
      <Table.Td className="number">
        {usage === undefined ? strings.none : formatCount(usage.inputTokens + usage.outputTokens)}
      </Table.Td>
      <Table.Td className="number">{costNano === undefined ? strings.none : formatCost(costNano)}</Table.Td>
      <Table.Td className="number">{formatDuration(call.durationMs)}</Table.Td>
    </Table.Tr>
  );
}
