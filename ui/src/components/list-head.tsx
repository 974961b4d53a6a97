import { Table } from '@mantine/core';
import { type ListSearch, listSortedBy, orderShown } from './list-search.ts';
import { SortHeader } from './sort-header.tsx';

export interface ListColumn {
  label: string;
  /** Name of the order that the server knows; absent: it is not sorted by this. */
  sort?: string;
  /** Times and amounts begin with the most. */
  mostFirst?: boolean;
  align?: 'right';
}

interface ListHeadProps<S extends ListSearch> {
  columns: ListColumn[];
  search: S;
  /** What is sorted by when the address says nothing. */
  first: string;
  usual?: 'asc' | 'desc';
  onChange: (next: S) => void;
}

/** A table's head; a click on a column sorts by it. */
export function ListHead<S extends ListSearch>({
  columns,
  search,
  first,
  usual,
  onChange,
}: ListHeadProps<S>) {
  return (
    <Table.Thead>
      <Table.Tr>
        {columns.map(({ label, sort, mostFirst, align }) => {
          if (sort === undefined)
            return (
              <Table.Th key={label} className={align === 'right' ? 'number' : undefined}>
                {label}
              </Table.Th>
            );
          const shown = orderShown(search, sort, first, usual);
          return (
            <SortHeader
              key={label}
              label={label}
              order={shown}
              align={align}
              onSort={() => onChange(listSortedBy(search, sort, shown, mostFirst))}
            />
          );
        })}
      </Table.Tr>
    </Table.Thead>
  );
}
