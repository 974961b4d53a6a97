import { Loader, Select, Stack, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type Budget, type BurnDown, getBurnDown } from '../../api/budgets.ts';
import { formatAmount } from '../../components/amount-bar.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { formatAgo, formatMoment } from '../../components/format.ts';
import { Section } from '../../components/section.tsx';
import { strings } from '../../strings.ts';
import { BurnDownChart } from './burn-down-chart.tsx';
import { type Lines, linesOf } from './burn-down-lines.ts';
import { BurnDownTable } from './burn-down-table.tsx';

const texts = strings.budgets.burnDown;

interface BurnDownSectionProps {
  budget: Budget;
  /** Absent: the fullest. */
  group: string | undefined;
  onGroup: (group: string | undefined) => void;
}

export function BurnDownSection({ budget, group, onGroup }: BurnDownSectionProps) {
  const { namespace, name, counters } = budget;
  const { data, error, refetch } = useQuery({
    queryKey: ['budgets', 'burn-down', namespace, name, group],
    queryFn: ({ signal }) => getBurnDown(budget, group, signal),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (state.data?.complete === false ? 1_000 : 30_000),
  });
  return (
    <Section title={texts.title}>
      {counters.length > 1 && (
        <Select
          label={texts.counter}
          data={counters.map((counter) => counter.group)}
          value={group ?? data?.group ?? null}
          onChange={(chosen) => onGroup(chosen ?? undefined)}
          allowDeselect={false}
          searchable
          maw={360}
          mb="sm"
        />
      )}
      {error !== null && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Loader aria-label={strings.loading} />}
      {data !== undefined && <Course course={data} />}
    </Section>
  );
}

function Course({ course }: { course: BurnDown }) {
  const lines = linesOf(course);
  return (
    <Stack gap="xs">
      <Text size="sm">{sentenceOf(course, lines)}</Text>
      {course.before !== undefined && <Text size="sm">{beforeText(course, course.before)}</Text>}
      {!course.complete && (
        <Text size="sm" c="dimmed">
          {texts.reading}
        </Text>
      )}
      <BurnDownChart course={course} lines={lines} />
      <BurnDownTable course={course} lines={lines} />
    </Stack>
  );
}

function sentenceOf({ forecast, to, unit }: BurnDown, { forecast: line }: Lines): string {
  if (forecast === undefined) return texts.nothing;
  const { runsOutAt, perDay } = forecast;
  if (runsOutAt !== undefined && Date.parse(runsOutAt) <= Date.now()) return strings.budgets.ranOut;
  if (runsOutAt !== undefined) return texts.runsOut(formatMoment(runsOutAt), formatAgo(runsOutAt));
  const end = line.at(-1);
  if (to === undefined || end === undefined) return texts.steady(formatAmount(perDay, unit));
  return texts.lasts(formatAmount(end.amount, unit), formatMoment(to));
}

function beforeText({ unit }: BurnDown, { points, limits }: NonNullable<BurnDown['before']>): string {
  const used = points.at(-1)?.used ?? 0;
  const limit = limits.at(-1)?.limit ?? 0;
  return texts.beforeUsed(formatAmount(used, unit), formatAmount(limit, unit));
}
