import { Loader, Paper, SimpleGrid, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getMine, type Mine } from '../../api/overview.ts';
import { BudgetBars } from '../../components/budget-bars.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Figure } from '../../components/figure.tsx';
import { formatCost, formatCount } from '../../components/format.ts';
import { PageHeader } from '../../components/page-header.tsx';
import { strings } from '../../strings.ts';
import { KeyFacts } from '../key/key-facts.tsx';
import { Snippets } from '../keys/snippets.tsx';

const texts = strings.overview.me;

/** All that the holder of a virtual key sees. */
export function MyKeyPage() {
  const { data, error, refetch } = useQuery({ queryKey: ['me'], queryFn: ({ signal }) => getMine(signal) });
  return (
    <>
      <PageHeader title={texts.title} intro={texts.intro} />
      {error !== null && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {data === undefined ? (
        error === null && <Loader aria-label={strings.loading} />
      ) : (
        <MineView mine={data} />
      )}
    </>
  );
}

function MineView({ mine: { key, budgets, usage } }: { mine: Mine }) {
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }}>
      <div>
        <Paper withBorder p="md" mb="md">
          <SimpleGrid cols={2}>
            {(['day', 'month'] as const).map((span) => (
              <Figure
                key={span}
                label={texts[span]}
                value={formatCost(usage[span].costNano ?? 0)}
                note={`${formatCount(usage[span].tokens ?? 0)} ${strings.common.tokens.toLowerCase()}`}
              />
            ))}
          </SimpleGrid>
        </Paper>
        <Paper withBorder p="md" mb="md">
          <Title order={2} mb="sm">
            {texts.budgets}
          </Title>
          {budgets.length === 0 ? (
            <Text c="dimmed">{texts.noBudgets}</Text>
          ) : (
            <BudgetBars counters={budgets} />
          )}
        </Paper>
        <Paper withBorder p="md">
          <Title order={2} mb="sm">
            {texts.limits}
          </Title>
          <KeyFacts item={key} />
        </Paper>
      </div>
      <Paper withBorder p="md">
        <Snippets value={texts.placeholder} models={key.allowedModels} />
      </Paper>
    </SimpleGrid>
  );
}
