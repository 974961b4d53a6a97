import { Button, Loader, SimpleGrid } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { type Budget, exportBudgetsUrl, listBudgets } from '../../api/budgets.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { Pager } from '../../components/pager.tsx';
import { strings } from '../../strings.ts';
import { BudgetCard } from './budget-card.tsx';
import { BudgetDrawer } from './budget-drawer.tsx';
import { BudgetsFilters } from './budgets-filters.tsx';
import { type BudgetsSearch, readBudgetsSearch } from './budgets-search.ts';
import { DeleteBudgetDialog } from './delete-budget-dialog.tsx';

const texts = strings.budgets;

const pageSize = 20;

export function BudgetsPage() {
  const search = readBudgetsSearch(useSearch({ from: '/admin/budgets' }) as Record<string, unknown>);
  const navigate = useNavigate({ from: '/budgets' });
  const [editing, setEditing] = useState<Budget | 'new'>();
  const [deleting, setDeleting] = useState<Budget>();
  const { page = 1, ...query } = search;
  const { data, error, refetch } = useQuery({
    queryKey: ['budgets', query, page],
    queryFn: ({ signal }) =>
      listBudgets({ ...query, limit: pageSize, offset: (page - 1) * pageSize }, signal),
    placeholderData: keepPreviousData,
    refetchInterval: 10_000,
  });
  const show = (next: BudgetsSearch) => void navigate({ search: next });
  const isFiltered = search.search !== undefined || search.unit !== undefined || page > 1;
  const create = <Button onClick={() => setEditing('new')}>{texts.create}</Button>;
  const isEmpty = data?.items.length === 0;
  return (
    <>
      <PageHeader title={texts.title} intro={texts.intro}>
        {(['csv', 'json'] as const).map((format) => (
          <Button
            key={format}
            component="a"
            variant="default"
            href={exportBudgetsUrl(query, format)}
            title={texts.exportHint(texts.formats[format])}
            download={`budgets.${format}`}
          >
            {texts.formats[format]}
          </Button>
        ))}
        {create}
      </PageHeader>
      <BudgetsFilters search={search} onChange={show} />
      {error !== null && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Loader aria-label={strings.loading} />}
      {isEmpty && !isFiltered && (
        <EmptyState title={texts.emptyTitle} text={texts.emptyText}>
          {create}
        </EmptyState>
      )}
      {isEmpty && isFiltered && (
        <EmptyState title={texts.nothingFound} text={texts.nothingFoundText}>
          <Button variant="default" onClick={() => show({})}>
            {strings.keys.clearFilters}
          </Button>
        </EmptyState>
      )}
      <SimpleGrid cols={{ base: 1, lg: 2 }} mt="md">
        {data?.items.map((budget) => (
          <BudgetCard
            key={`${budget.namespace}/${budget.name}`}
            budget={budget}
            onEdit={() => setEditing(budget)}
            onDelete={() => setDeleting(budget)}
          />
        ))}
      </SimpleGrid>
      <Pager
        page={page}
        pageSize={pageSize}
        total={data?.total ?? 0}
        onPage={(next) => show({ ...search, page: next === 1 ? undefined : next })}
      />
      <BudgetDrawer budget={editing} onClose={() => setEditing(undefined)} />
      <DeleteBudgetDialog budget={deleting} onClose={() => setDeleting(undefined)} />
    </>
  );
}
