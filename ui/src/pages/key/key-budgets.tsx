import { Loader, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { budgetsOfKey } from '../../api/keys.ts';
import type { Key } from '../../api/types.ts';
import { BudgetBars } from '../../components/budget-bars.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { strings } from '../../strings.ts';

export function KeyBudgets({ item }: { item: Key }) {
  const { data, error } = useQuery({
    queryKey: ['keys', 'budgets', item.namespace, item.name],
    queryFn: ({ signal }) => budgetsOfKey(item, signal),
    refetchInterval: 10_000,
  });
  if (error !== null) return <ErrorNotice error={error} />;
  if (data === undefined) return <Loader aria-label={strings.loading} />;
  if (data.items.length === 0) return <Text c="dimmed">{strings.overview.me.noBudgets}</Text>;
  return <BudgetBars counters={data.items} linked />;
}
