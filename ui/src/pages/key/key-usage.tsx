import { SimpleGrid, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Key } from '../../api/types.ts';
import { getUsage } from '../../api/usage.ts';
import { ChartSpace, CostBars } from '../../components/cost-bars.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Figure } from '../../components/figure.tsx';
import { formatCost, formatCount } from '../../components/format.ts';
import { strings } from '../../strings.ts';

/** The calendar month in UTC, as the list's figures are. */
export function KeyUsage({ item }: { item: Key }) {
  const now = new Date();
  const from = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth())).toISOString();
  const { data, error } = useQuery({
    queryKey: ['usage', 'key', item.id, from],
    queryFn: ({ signal }) => getUsage({ from, key: item.id, bucket: 'day', groupBy: 'model' }, signal),
  });
  return (
    <>
      <SimpleGrid cols={3} mb="md">
        <Figure label={strings.common.cost} value={formatCost(item.usage.costNano)} />
        <Figure label={strings.common.tokens} value={formatCount(item.usage.tokens)} />
        <Figure label={strings.common.requests} value={formatCount(item.usage.requests)} />
      </SimpleGrid>
      {error !== null && <ErrorNotice error={error} />}
      {error === null && data?.rows.length !== 0 && (
        <>
          <Text size="sm" c="dimmed" mb={4}>
            {strings.keys.page.perDay}
          </Text>
          {data === undefined ? (
            <ChartSpace />
          ) : (
            <CostBars rows={data.rows} groupBy="model" bucket="day" label={strings.keys.page.perDay} />
          )}
        </>
      )}
    </>
  );
}
