import { Button, LoadingOverlay, Table, VisuallyHidden } from '@mantine/core';
import type { Key } from '../../api/types.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { SortHeader } from '../../components/sort-header.tsx';
import { strings } from '../../strings.ts';
import { KeyRow } from './key-row.tsx';
import { type KeySort, type KeysSearch, orderOf, sortedBy } from './keys-search.ts';

interface KeysTableProps {
  keys: Key[] | undefined;
  search: KeysSearch;
  busy: boolean;
  onChange: (search: KeysSearch) => void;
  onCreate: () => void;
}

export function KeysTable({ keys, search, busy, onChange, onCreate }: KeysTableProps) {
  if (keys?.length === 0) return <NoKeys search={search} onChange={onChange} onCreate={onCreate} />;
  const { columns } = strings.keys;
  const sortable = (sort: KeySort, align?: 'right') => (
    <SortHeader
      label={
        { name: columns.name, owner: columns.owner, spend: columns.spend, lastUsedAt: columns.lastUsed }[sort]
      }
      order={orderOf(search, sort)}
      onSort={() => onChange(sortedBy(search, sort))}
      align={align}
    />
  );
  return (
    <Table.ScrollContainer minWidth={1000} pos="relative" mih={160}>
      <LoadingOverlay visible={busy} overlayProps={{ backgroundOpacity: 0.4 }} />
      <Table highlightOnHover verticalSpacing="xs" aria-label={strings.keys.table} aria-busy={busy}>
        <Table.Thead>
          <Table.Tr>
            {sortable('name')}
            {sortable('owner')}
            <Table.Th>{columns.display}</Table.Th>
            <Table.Th>{columns.status}</Table.Th>
            <Table.Th>{columns.limits}</Table.Th>
            {sortable('spend', 'right')}
            {sortable('lastUsedAt')}
            <Table.Th>{columns.expires}</Table.Th>
            <Table.Th>
              <VisuallyHidden>{columns.actions}</VisuallyHidden>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {keys?.map((item) => (
            <KeyRow key={item.id} item={item} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function NoKeys({ search, onChange, onCreate }: Pick<KeysTableProps, 'search' | 'onChange' | 'onCreate'>) {
  const filtered = search.search !== undefined || search.status !== undefined || search.page !== undefined;
  if (filtered) {
    return (
      <EmptyState title={strings.keys.nothingFoundTitle} text={strings.keys.nothingFoundText}>
        <Button variant="default" onClick={() => onChange({})}>
          {strings.keys.clearFilters}
        </Button>
      </EmptyState>
    );
  }
  return (
    <EmptyState title={strings.keys.emptyTitle} text={strings.keys.emptyText}>
      <Button onClick={onCreate}>{strings.keys.create}</Button>
    </EmptyState>
  );
}
