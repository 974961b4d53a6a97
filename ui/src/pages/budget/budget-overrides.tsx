import { ActionIcon, Group, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Budget, BudgetOverride } from '../../api/budgets.ts';
import { formatAmount } from '../../components/amount-bar.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { formatMoment } from '../../components/format.ts';
import { strings } from '../../strings.ts';
import { saveBudget } from '../budgets/save-budget.ts';

const texts = strings.budgets.page;

export function BudgetOverrides({ budget }: { budget: Budget }) {
  const { unit, spec } = budget;
  const overrides = spec.overrides ?? [];
  const queryClient = useQueryClient();
  const dropping = useMutation({
    mutationFn: (place: number) => {
      const { overrides: _, ...rest } = spec;
      const kept = overrides.filter((_one, index) => index !== place);
      return saveBudget(budget, { ...rest, ...(kept.length === 0 ? {} : { overrides: kept }) });
    },
    onSuccess: () => notifications.show({ message: texts.dropped }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['budgets'] }),
  });
  if (overrides.length === 0) return <Text c="dimmed">{texts.noOverrides}</Text>;
  return (
    <Stack gap="xs">
      {dropping.error !== null && <ErrorNotice error={dropping.error} />}
      {overrides.map((override, index) => (
        <Group key={JSON.stringify(override)} justify="space-between" wrap="nowrap">
          <div>
            <Text size="sm" className="break">
              {texts.override(
                formatAmount(override.limit[unit] ?? 0, unit),
                momentText(override.from),
                momentText(override.to),
              )}{' '}
              ({standing(override)})
            </Text>
            {override.reason !== undefined && (
              <Text size="xs" c="dimmed" className="break">
                {override.reason}
              </Text>
            )}
          </div>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={texts.dropOverride(index + 1)}
            loading={dropping.isPending && dropping.variables === index}
            onClick={() => dropping.mutate(index)}
          >
            ✕
          </ActionIcon>
        </Group>
      ))}
    </Stack>
  );
}

const isDay = (time: string) => time.length === 10;
const momentText = (time: string) => (isDay(time) ? time : formatMoment(time));

/** Days begin in the budget's time zone: to the day is near enough to say it in a word. */
function standing({ from, to }: BudgetOverride): string {
  const now = Date.now();
  const end = Date.parse(to) + (isDay(to) ? 86_400_000 : 0);
  return now >= end ? texts.over : now < Date.parse(from) ? texts.toCome : texts.inForce;
}
