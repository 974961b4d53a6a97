import { Table, UnstyledButton } from '@mantine/core';
import { strings } from '../strings.ts';

interface SortHeaderProps {
  label: string;
  /** `asc`, `desc`, or undefined when the table is sorted by something else. */
  order: 'asc' | 'desc' | undefined;
  onSort: () => void;
  align?: 'right';
}

export function SortHeader({ label, order, onSort, align }: SortHeaderProps) {
  const sorted = order === undefined ? 'none' : order === 'asc' ? 'ascending' : 'descending';
  return (
    <Table.Th aria-sort={sorted} ta={align}>
      <UnstyledButton ta={align} fw={700} fz="sm" onClick={onSort} title={strings.common.sortBy(label)}>
        {label}
        <span aria-hidden="true">{order === undefined ? '' : order === 'asc' ? ' ↑' : ' ↓'}</span>
      </UnstyledButton>
    </Table.Th>
  );
}
