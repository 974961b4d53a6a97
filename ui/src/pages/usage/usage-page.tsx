import { Alert, Button, Group, LoadingOverlay, Paper, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { focusUrl, getUsage, type UsageQuery, usageUrl } from '../../api/usage.ts';
import { ChartSpace, CostBars } from '../../components/cost-bars.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { formatCount, formatMoment } from '../../components/format.ts';
import { PageHeader } from '../../components/page-header.tsx';
import { Pager } from '../../components/pager.tsx';
import { type Range, rangeOf, timeZone } from '../../components/range.ts';
import { mostSeries } from '../../components/series.ts';
import { ShareRing } from '../../components/share-ring.tsx';
import { strings } from '../../strings.ts';
import { rangeBefore } from './compare.ts';
import { dimensionName } from './dimension-name.ts';
import { UsageFilters } from './usage-filters.tsx';
import { UsageKinds } from './usage-kinds.tsx';
import { askedFigures, groupsOf, pageSizeOf, readUsageSearch, type UsageSearch } from './usage-search.ts';
import { UsageTable } from './usage-table.tsx';

const minuteMs = 60_000;
/** The same question for a minute, so that its answer is kept. */
const thisMinute = () => new Date(Math.ceil(Date.now() / minuteMs) * minuteMs);

export function UsagePage() {
  const search = readUsageSearch(useSearch({ from: '/admin/usage' }) as Record<string, unknown>);
  const navigate = useNavigate({ from: '/usage' });
  const show = ({ page: _, ...first }: UsageSearch) => void navigate({ search: first });
  const groups = groupsOf(search);
  const { user, model, key } = search;
  const range = rangeOf(search, new Date());
  const query = { ...range, user, model, key, groupBy: groups.join(',') };
  const { sort, order, named, page = 1 } = search;
  const pageSize = pageSizeOf(search);
  const figures = askedFigures(search);
  const paged = { ...query, figures, sort, order, named, limit: pageSize, offset: (page - 1) * pageSize };
  const { data, error, isPlaceholderData, refetch } = useQuery({
    queryKey: ['usage', paged],
    queryFn: ({ signal }) => getUsage(paged, signal),
    placeholderData: keepPreviousData,
  });
  const earlier = search.compare === undefined ? undefined : rangeBefore(range, search.compare, thisMinute());
  const asked = { ...query, ...earlier, named, figures: 'costNano' };
  const { data: before } = useQuery({
    queryKey: ['usage', 'before', asked],
    queryFn: ({ signal }) => getUsage(asked, signal),
    enabled: earlier !== undefined,
  });
  const filters = (['user', 'model', 'key'] as const).flatMap((name) =>
    search[name] === undefined ? [] : [`${dimensionName(name)}: ${search[name]}`],
  );
  if (named !== undefined) filters.push(strings.usage.foundBy(named));
  const isEmpty = named === undefined && data?.total.requests === 0 && (before?.total.requests ?? 0) === 0;
  const unpriced = data?.total.unpriced ?? 0;

  return (
    <>
      <PageHeader title={strings.usage.title} intro={strings.usage.intro}>
        <Button
          component="a"
          variant="default"
          href={usageUrl({ ...query, named, timeZone, bucket: search.bucket ?? 'day' }, 'csv')}
          download
        >
          {strings.usage.csv}
        </Button>
        <Button
          component="a"
          variant="default"
          href={focusUrl(query)}
          title={strings.usage.focusHint}
          download
        >
          {strings.usage.focus}
        </Button>
        <Button variant="default" onClick={() => window.print()}>
          {strings.usage.print}
        </Button>
      </PageHeader>
      <UsageFilters search={search} onChange={show} />
      <Text size="sm" mb="md" className="break">
        {strings.usage.printed(formatMoment(range.from), formatMoment(range.to ?? Date.now()), timeZone)}{' '}
        {earlier !== undefined &&
          strings.usage.comparedWith(formatMoment(earlier.from), formatMoment(earlier.to))}{' '}
        {filters.length > 0 && strings.usage.filtered(filters.join(', '))}
      </Text>
      {error !== null && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {unpriced > 0 && <Alert color="orange">{strings.usage.unpriced(formatCount(unpriced))}</Alert>}
      {isEmpty && <EmptyState title={strings.usage.emptyTitle} text={strings.usage.emptyText} />}
      {data !== undefined && !isEmpty && (
        <div style={{ position: 'relative' }}>
          <LoadingOverlay visible={isPlaceholderData} />
          <UsageChart search={search} range={range} />
          <UsageShares query={{ ...query, figures, limit: pageSize, offset: 0 }} groups={groups} />
          <UsageKinds total={data.total} query={{ ...query, named }} />
          <UsageTable
            report={data}
            before={earlier === undefined ? undefined : before}
            groups={groups}
            search={search}
            onChange={show}
          />
          {(data.groups ?? 0) > pageSize && (
            <Pager
              page={page}
              pageSize={pageSize}
              total={data.groups ?? 0}
              onPage={(next) => void navigate({ search: { ...search, page: next } })}
            />
          )}
        </div>
      )}
    </>
  );
}

/** The dearest groups, in whatever order and on whatever page the table is. */
function UsageShares({ query, groups }: { query: UsageQuery; groups: string[] }) {
  const { data } = useQuery({
    queryKey: ['usage', query],
    queryFn: ({ signal }) => getUsage(query, signal),
    placeholderData: keepPreviousData,
  });
  if (data === undefined || groups.length === 0 || data.rows.length < 2) return null;
  const label = strings.usage.sharesOf(groups.map(dimensionName).join(', '));
  const shares = data.rows.map(({ group, costNano }) => ({
    name: groups.map((name) => group[name] || strings.usage.unnamed).join(' · '),
    costNano,
  }));
  return (
    <Paper withBorder p="md" mb="md">
      <Text size="sm" c="dimmed" mb="xs">
        {label}
      </Text>
      <ShareRing shares={shares} whole={data.total.costNano} label={label} />
    </Paper>
  );
}

/** Of the first dimension only: bars of more than that say nothing. */
function UsageChart({ search, range }: { search: UsageSearch; range: Range }) {
  const [groupBy = ''] = groupsOf(search);
  const bucket = search.bucket ?? (search.range === 'today' ? 'hour' : 'day');
  const { user, model, key } = search;
  const top = groupBy === '' ? undefined : mostSeries;
  const query = { ...range, user, model, key, groupBy, bucket, timeZone, top, figures: 'costNano' };
  const { data, error } = useQuery({
    queryKey: ['usage', query],
    queryFn: ({ signal }) => getUsage(query, signal),
    placeholderData: keepPreviousData,
  });
  if (error !== null) return <ErrorNotice error={error} />;
  if (data?.rows.length === 0) return null;
  const label = groupBy === '' ? strings.usage.chart : strings.usage.chartOf(dimensionName(groupBy));
  return (
    <Paper withBorder p="md" mb="md">
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          {label}
        </Text>
      </Group>
      {data === undefined ? (
        <ChartSpace />
      ) : (
        <CostBars rows={data.rows} groupBy={groupBy} bucket={bucket} label={label} timeZone={timeZone} />
      )}
    </Paper>
  );
}
