import { Button, Group, Select } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type KeyQuery, listKeys } from '../../api/keys.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { listPageSize } from '../../components/list-search.ts';
import { PageHeader } from '../../components/page-header.tsx';
import { Pager } from '../../components/pager.tsx';
import { SearchBox } from '../../components/search-box.tsx';
import { strings } from '../../strings.ts';
import { CreateKeyDrawer } from './create-key-drawer.tsx';
import { ExportKeys } from './export-keys.tsx';
import { type KeysSearch, readKeysSearch, statuses } from './keys-search.ts';
import { KeysTable } from './keys-table.tsx';

export function KeysPage() {
  // The router lets through what the check took out.
  const search = readKeysSearch(useSearch({ from: '/admin/keys' }) as Record<string, unknown>);
  const navigate = useNavigate({ from: '/keys' });
  const [creating, drawer] = useDisclosure(false);
  const page = search.page ?? 1;
  const query = { ...search, page: undefined, limit: listPageSize, offset: (page - 1) * listPageSize };
  const { data, error, isPending, isPlaceholderData, refetch } = useQuery({
    queryKey: ['keys', query],
    queryFn: ({ signal }) => listKeys(query, signal),
    placeholderData: keepPreviousData,
  });
  const show = (next: KeysSearch) => void navigate({ search: next });

  return (
    <>
      <PageHeader title={strings.keys.title} intro={strings.keys.intro}>
        <ExportKeys query={{ ...search, page: undefined } as KeyQuery} />
        <Button variant="default" renderRoot={(props) => <Link to="/keys/import" {...props} />}>
          {strings.keyImport.action}
        </Button>
        <Button onClick={drawer.open}>{strings.keys.create}</Button>
      </PageHeader>
      <Filters search={search} onChange={show} />
      {error !== null && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      <KeysTable
        keys={data?.items}
        search={search}
        busy={isPending || isPlaceholderData}
        onChange={show}
        onCreate={drawer.open}
      />
      <Pager
        page={page}
        pageSize={listPageSize}
        total={data?.total ?? 0}
        onPage={(next) => show({ ...search, page: next })}
      />
      <CreateKeyDrawer opened={creating} onClose={drawer.close} />
    </>
  );
}

function Filters({ search, onChange }: { search: KeysSearch; onChange: (next: KeysSearch) => void }) {
  const { page: _, ...first } = search;
  return (
    <Group mb="md" align="flex-end">
      <SearchBox
        label={strings.keys.searchLabel}
        placeholder={strings.keys.searchHint}
        value={search.search ?? ''}
        onSearch={(text) => onChange({ ...first, search: text === '' ? undefined : text })}
      />
      <Select
        label={strings.keys.statusLabel}
        placeholder={strings.common.all}
        data={statuses.map((value) => ({ value, label: strings.keys.status[value] }))}
        value={search.status ?? null}
        onChange={(value) => onChange({ ...first, status: statuses.find((name) => name === value) })}
        clearable
        w={160}
      />
    </Group>
  );
}
