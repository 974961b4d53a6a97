import { Button, Loader, SimpleGrid } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { type Budget, exportBudgetsUrl, listBudgets } from '../../api/budgets.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { SearchBox } from '../../components/search-box.tsx';
import { strings } from '../../strings.ts';
import { BudgetCard } from './budget-card.tsx';
import { BudgetDrawer } from './budget-drawer.tsx';
import { readBudgetsSearch } from './budgets-search.ts';
import { DeleteBudgetDialog } from './delete-budget-dialog.tsx';

const texts = strings.budgets;

export function BudgetsPage() {
  const { search } = readBudgetsSearch(useSearch({ from: '/admin/budgets' }) as Record<string, unknown>);
  const navigate = useNavigate({ from: '/budgets' });
  const [editing, setEditing] = useState<Budget | 'new'>();
  const [deleting, setDeleting] = useState<Budget>();
  const { data, error, refetch } = useQuery({
    queryKey: ['budgets', search],
    queryFn: ({ signal }) => listBudgets({ search }, signal),
    placeholderData: keepPreviousData,
    refetchInterval: 10_000,
  });
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
            href={exportBudgetsUrl({ search }, format)}
            title={texts.exportHint(texts.formats[format])}
            download={`budgets.${format}`}
          >
            {texts.formats[format]}
          </Button>
        ))}
        {create}
      </PageHeader>
      <SearchBox
        label={texts.searchLabel}
        placeholder={strings.common.name}
        value={search ?? ''}
        onSearch={(text) => void navigate({ search: text === '' ? {} : { search: text } })}
      />
      {error !== null && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Loader aria-label={strings.loading} />}
      {isEmpty && search === undefined && (
        <EmptyState title={texts.emptyTitle} text={texts.emptyText}>
          {create}
        </EmptyState>
      )}
      {isEmpty && search !== undefined && (
        <EmptyState title={texts.nothingFound} text={texts.nothingFoundText} />
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
      <BudgetDrawer budget={editing} onClose={() => setEditing(undefined)} />
      <DeleteBudgetDialog budget={deleting} onClose={() => setDeleting(undefined)} />
    </>
  );
}
