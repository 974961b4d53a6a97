import { Button, Group, Loader } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { exportUrl, listCalls } from '../../api/calls.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { rangeOf } from '../../components/range.ts';
import { strings } from '../../strings.ts';
import { CallsFilters } from './calls-filters.tsx';
import {
  type CallsSearch,
  callsSortedBy,
  isNewestFirst,
  orderShown,
  pageSize,
  readCallsSearch,
} from './calls-search.ts';
import { CallsTable } from './calls-table.tsx';
import { useLiveCalls } from './use-live-calls.ts';

export function CallsPage() {
  const search = readCallsSearch(useSearch({ from: '/admin/calls' }) as Record<string, unknown>);
  const navigate = useNavigate({ from: '/calls' });
  const show = (next: CallsSearch) => void navigate({ search: next });
  const { live: isLive = false, range, from, to, ...named } = search;
  const time = range === undefined ? {} : rangeOf({ range, from, to }, new Date());
  const { before: _, sort: __, order: ___, ...filter } = named;
  const query = { ...named, ...time, limit: pageSize };
  const { data, error, refetch } = useQuery({
    queryKey: ['calls', query],
    queryFn: ({ signal }) => listCalls(query, signal),
    placeholderData: keepPreviousData,
  });
  const live = useLiveCalls(isLive, filter);
  const seen = new Set(live.calls.map(({ id }) => id));
  const calls = [...live.calls, ...(data?.items.filter(({ id }) => !seen.has(id)) ?? [])];

  return (
    <>
      <PageHeader title={strings.calls.title} intro={strings.calls.intro}>
        {(['csv', 'jsonl'] as const).map((format) => (
          <Button
            key={format}
            component="a"
            variant="default"
            href={exportUrl({ ...filter, ...time }, format)}
            title={strings.calls.exportHint(strings.calls[format])}
            download
          >
            {strings.calls[format]}
          </Button>
        ))}
      </PageHeader>
      <CallsFilters search={search} lost={live.lost} onChange={show} />
      {error !== null && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Loader aria-label={strings.loading} />}
      {data !== undefined && calls.length === 0 && (
        <EmptyState title={strings.calls.emptyTitle} text={strings.calls.emptyText}>
          <Button variant="default" onClick={() => show({})}>
            {strings.keys.clearFilters}
          </Button>
        </EmptyState>
      )}
      {calls.length > 0 && (
        <CallsTable
          calls={calls}
          sorting={{
            orderOf: (column) => orderShown(search, column),
            sortBy: (column) => show(callsSortedBy(search, column)),
          }}
        />
      )}
      <Group justify="flex-end" mt="sm">
        {search.before !== undefined && (
          <Button variant="default" onClick={() => show({ ...search, before: undefined })}>
            {isNewestFirst(search) ? strings.calls.newest : strings.calls.first}
          </Button>
        )}
        {data?.next !== undefined && (
          <Button variant="default" onClick={() => show({ ...search, live: undefined, before: data.next })}>
            {isNewestFirst(search) ? strings.calls.older : strings.common.nextPage}
          </Button>
        )}
      </Group>
    </>
  );
}
