import { Grid, Loader, Paper, Select, SimpleGrid, Text, Title } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { getOverview, type Overview } from '../../api/overview.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Figure } from '../../components/figure.tsx';
import { formatCost, formatCount, formatDuration, formatShort } from '../../components/format.ts';
import { PageHeader } from '../../components/page-header.tsx';
import { strings } from '../../strings.ts';
import { changeText } from './change-text.ts';
import { Health } from './health.tsx';
import { overviewDays, readOverviewSearch } from './overview-search.ts';
import { RunningOut } from './running-out.tsx';
import { TopList } from './top-list.tsx';

const texts = strings.overview;
const dayMs = 86_400_000;
const minuteMs = 60_000;

export function OverviewPage() {
  const { days = 7 } = readOverviewSearch(useSearch({ from: '/admin/' }) as Record<string, unknown>);
  const navigate = useNavigate({ from: '/' });
  // To the minute, so that the same minute asks the same question.
  const to = Math.ceil(Date.now() / minuteMs) * minuteMs;
  const { data, error, refetch } = useQuery({
    queryKey: ['overview', days],
    queryFn: ({ signal }) =>
      getOverview(
        { from: new Date(to - days * dayMs).toISOString(), to: new Date(to).toISOString() },
        signal,
      ),
    placeholderData: keepPreviousData,
    refetchInterval: minuteMs,
  });
  return (
    <>
      <PageHeader title={texts.title}>
        <Select
          aria-label={texts.range}
          data={overviewDays.map((count) => ({ value: String(count), label: texts.days(count) }))}
          value={String(days)}
          onChange={(value) =>
            void navigate({ search: { days: overviewDays.find((count) => String(count) === value) } })
          }
          allowDeselect={false}
          w={150}
        />
      </PageHeader>
      {error !== null && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Loader aria-label={strings.loading} />}
      {data !== undefined && <OverviewView overview={data} />}
    </>
  );
}

function OverviewView({ overview }: { overview: Overview }) {
  const { topUsers, topModels, topTeams } = overview;
  const hasTeams = topTeams.some(({ name }) => name !== '');
  return (
    <>
      <Figures overview={overview} />
      <Grid>
        <Section title={texts.topUsers}>
          <TopList entries={topUsers} dimension="user" />
        </Section>
        <Section title={texts.topModels}>
          <TopList entries={topModels} dimension="model" />
        </Section>
        <Section title={texts.topTeams}>
          {topTeams.length > 0 && !hasTeams ? (
            <Text c="dimmed">{texts.noTeams}</Text>
          ) : (
            <TopList entries={topTeams} dimension="team" />
          )}
        </Section>
        <Section title={texts.running}>
          <RunningOut />
        </Section>
        <Section title={texts.health.title} isWide>
          <Health />
        </Section>
      </Grid>
    </>
  );
}

function Section({ title, isWide, children }: { title: string; isWide?: boolean; children: ReactNode }) {
  return (
    <Grid.Col span={isWide ? 12 : { base: 12, md: 6, xl: 3 }}>
      <Paper withBorder p="md" h="100%" component="section" aria-label={title}>
        <Title order={2} mb="sm">
          {title}
        </Title>
        {children}
      </Paper>
    </Grid.Col>
  );
}

function Figures({
  overview: { current, previous, latencyMs = {}, timeToFirstTokenMs = {} },
}: {
  overview: Overview;
}) {
  const counted = (label: string, name: 'requests' | 'refused' | 'failed') => ({
    label,
    value: formatCount(current[name]),
    note: changeText(current[name], previous[name]),
  });
  const timed = (label: string, { p50, p95 }: { p50?: number; p95?: number }) => ({
    label,
    value: formatDuration(p50),
    note: p95 === undefined ? undefined : texts.p95(formatDuration(p95)),
  });
  const figures = [
    {
      label: texts.spend,
      value: formatCost(current.costNano),
      note: changeText(current.costNano, previous.costNano),
    },
    {
      label: texts.tokens,
      value: formatShort(current.tokens),
      note: changeText(current.tokens, previous.tokens),
    },
    counted(texts.requests, 'requests'),
    counted(texts.refused, 'refused'),
    counted(texts.failed, 'failed'),
    timed(texts.latency, latencyMs),
    timed(texts.firstToken, timeToFirstTokenMs),
  ];
  return (
    <SimpleGrid cols={{ base: 2, md: 4 }} mb="md">
      {figures.map((figure) => (
        <Paper key={figure.label} withBorder p="md">
          <Figure {...figure} />
        </Paper>
      ))}
    </SimpleGrid>
  );
}
