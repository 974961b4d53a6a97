import { Button, Group, Loader, Select } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { type ListQuery, listPage, listUrl } from '../api/list.ts';
import { strings } from '../strings.ts';
import { EmptyState } from './empty-state.tsx';
import { ErrorNotice } from './error-notice.tsx';
import { ExportLinks } from './export-links.tsx';
import { type ListSearch, listPageSize } from './list-search.ts';
import { Pager } from './pager.tsx';
import { SearchBox } from './search-box.tsx';

export interface ListFilter {
  /** As the address and the API call it. */
  name: string;
  label: string;
  options: { value: string; label: string }[];
}

export interface ServerListProps<T, S extends ListSearch> {
  /** Of the API. */
  path: string;
  queryKey: readonly unknown[];
  refetchInterval?: number;
  /** For people, and of files: "tokens". */
  what: string;
  fileName: string;
  search: S;
  searchHint: string;
  filters: ListFilter[];
  onChange: (next: S) => void;
  /** In place of the list where there is nothing at all. */
  empty: ReactNode;
  children: (items: T[]) => ReactNode;
}

/** Search, filters and files of a list, and one page of it. */
export function ServerList<T, S extends ListSearch>(props: ServerListProps<T, S>) {
  const { path, queryKey, search, filters, onChange, refetchInterval, empty, children } = props;
  const query = queryOf(search, filters);
  const page = search.page ?? 1;
  const { data, error, refetch } = useQuery({
    queryKey: [...queryKey, query, page],
    queryFn: ({ signal }) =>
      listPage<T>(path, { ...query, limit: listPageSize, offset: (page - 1) * listPageSize }, signal),
    placeholderData: keepPreviousData,
    refetchInterval,
  });
  const { sort: _, order: __, ...asked } = query;
  const isAsked = Object.values(asked).some((value) => value !== undefined);
  if (data?.total === 0 && !isAsked) return empty;
  return (
    <>
      <ListTools {...props} query={query} />
      {error !== null && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Loader aria-label={strings.loading} />}
      {data?.items.length === 0 && (
        <EmptyState title={strings.common.nothingFound} text={strings.common.nothingFoundText}>
          <Button variant="default" onClick={() => onChange(cleared(search, filters))}>
            {strings.keys.clearFilters}
          </Button>
        </EmptyState>
      )}
      {data !== undefined && data.items.length > 0 && children(data.items)}
      {data !== undefined && data.items.length > 0 && (
        <Pager
          page={page}
          pageSize={listPageSize}
          total={data.total}
          onPage={(next) => onChange({ ...search, page: next === 1 ? undefined : next })}
        />
      )}
    </>
  );
}

type ToolsProps<T, S extends ListSearch> = ServerListProps<T, S> & { query: ListQuery };

function ListTools<T, S extends ListSearch>(props: ToolsProps<T, S>) {
  const { path, what, fileName, search, searchHint, filters, onChange, query } = props;
  return (
    <Group mb="md" align="flex-end">
      <SearchBox
        label={strings.common.search}
        placeholder={searchHint}
        value={search.search ?? ''}
        onSearch={(text) => onChange({ ...search, page: undefined, search: text || undefined })}
      />
      {filters.map(({ name, label, options }) => (
        <Select
          key={name}
          label={label}
          placeholder={strings.common.all}
          data={options}
          value={query[name] === undefined ? null : String(query[name])}
          onChange={(value) => onChange({ ...search, page: undefined, [name]: value ?? undefined })}
          clearable
          w={170}
        />
      ))}
      <ExportLinks what={what} fileName={fileName} urlOf={(format) => listUrl(path, query, format)} />
    </Group>
  );
}

function queryOf(search: ListSearch, filters: ListFilter[]): ListQuery {
  const named = search as Record<string, string | undefined>;
  const chosen = filters.map(({ name }) => [name, named[name]]);
  const { search: text, sort, order } = search;
  return { search: text, sort, order, ...Object.fromEntries(chosen) };
}

function cleared<S extends ListSearch>(search: S, filters: ListFilter[]): S {
  const none = Object.fromEntries(filters.map(({ name }) => [name, undefined]));
  return { ...search, ...none, search: undefined, page: undefined };
}
