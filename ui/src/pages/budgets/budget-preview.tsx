import { Paper, Text, Title } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { BudgetPreview, BudgetUnit, Proposal } from '../../api/budgets.ts';
import { previewBudget } from '../../api/budgets.ts';
import { formatAmount } from '../../components/amount-bar.tsx';
import { explain } from '../../components/explain.ts';
import { formatCount, formatMoment } from '../../components/format.ts';
import { strings } from '../../strings.ts';

const texts = strings.budgets.preview;
const mostNames = 5;
const mostGroups = 5;

/** Follows the form: whom the budget would hold, and what they used in its last window. */
export function BudgetPreviewView({ proposal, unit }: { proposal: Proposal | undefined; unit: BudgetUnit }) {
  const { data, error } = useQuery({
    queryKey: ['preview', proposal],
    queryFn: ({ signal }) => previewBudget(proposal!, signal),
    enabled: proposal !== undefined,
    placeholderData: keepPreviousData,
  });
  return (
    <Paper withBorder p="sm" component="section" aria-label={texts.title} aria-live="polite">
      <Title order={3} fz="sm" mb={4}>
        {texts.title}
      </Title>
      {proposal === undefined && (
        <Text size="sm" c="dimmed">
          {texts.incomplete}
        </Text>
      )}
      {proposal !== undefined && error !== null && (
        <Text size="sm" c="dimmed" className="break">
          {explain(error)}
        </Text>
      )}
      {proposal !== undefined && error === null && data !== undefined && <Found preview={data} unit={unit} />}
    </Paper>
  );
}

function Found({ preview: { matchedKeys, lastWindow }, unit }: { preview: BudgetPreview; unit: BudgetUnit }) {
  const { total, items, dependsOnRequest } = matchedKeys;
  const names = items.slice(0, mostNames).map(({ name, owner }) => (owner ?? name).slice(0, 60));
  const { from, to, groups, complete } = lastWindow;
  return (
    <>
      <Text size="sm" className="break">
        {total === 0
          ? texts.nobody
          : texts.matched(formatCount(total), names.join(', '), total > names.length)}
      </Text>
      {dependsOnRequest && (
        <Text size="xs" c="dimmed">
          {texts.dependsOnRequest}
        </Text>
      )}
      <Text size="sm" mt="xs">
        {from === undefined || to === undefined
          ? texts.used
          : texts.usedBetween(formatMoment(from), formatMoment(to))}
      </Text>
      {groups.length === 0 && (
        <Text size="sm" c="dimmed">
          {texts.nothing}
        </Text>
      )}
      {groups.slice(0, mostGroups).map(({ group, used }) => (
        <Text key={group} size="sm" className="break">
          {group === '' ? strings.budgets.everyone : group.slice(0, 120)}: {formatAmount(used, unit)}
        </Text>
      ))}
      {groups.length > mostGroups && (
        <Text size="xs" c="dimmed">
          {texts.moreGroups(groups.length - mostGroups)}
        </Text>
      )}
      {!complete && (
        <Text size="xs" c="dimmed">
          {texts.incompleteWindow}
        </Text>
      )}
    </>
  );
}
