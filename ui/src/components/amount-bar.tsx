import { Progress, Text } from '@mantine/core';
import type { BudgetCounter, BudgetUnit } from '../api/budgets.ts';
import { strings } from '../strings.ts';
import { formatAgo, formatCost, formatShort } from './format.ts';

interface AmountBarProps {
  counter: BudgetCounter;
  unit: BudgetUnit;
  /** What the bar measures, for those who cannot see it. */
  label: string;
}

/** Used and held of a limit; the words below say the same as the bar. */
export function AmountBar({ counter, unit, label }: AmountBarProps) {
  const limit = Number(counter.limit);
  const share = (amount: number | string) =>
    limit === 0 ? 100 : Math.min(100, (Number(amount) / limit) * 100);
  const used = share(counter.used);
  const color = used >= 100 ? 'red' : used >= 80 ? 'orange' : 'indigo';
  const texts = [
    strings.budgets.of(formatBare(counter.used, unit), formatAmount(counter.limit, unit)),
    Number(counter.reserved) > 0 ? strings.budgets.reserved(formatAmount(counter.reserved, unit)) : [],
    counter.resetsAt === undefined ? [] : strings.budgets.resets(formatAgo(counter.resetsAt)),
  ].flat();
  return (
    <div>
      <Progress.Root size="lg">
        <Progress.Section value={used} color={color} aria-label={label} />
        <Progress.Section
          value={Math.min(share(counter.reserved), 100 - used)}
          color="gray"
          striped
          withAria={false}
        />
      </Progress.Root>
      <Text size="xs" c="dimmed" mt={2}>
        {texts.join(' · ')}
      </Text>
    </div>
  );
}

export function formatAmount(amount: number | string, unit: BudgetUnit): string {
  const bare = formatBare(amount, unit);
  return unit === 'usd' ? bare : `${bare} ${strings.budgets.units[unit].toLowerCase()}`;
}

/** Without the name of the unit. */
export function formatBare(amount: number | string, unit: BudgetUnit): string {
  if (unit !== 'usd') return formatShort(Number(amount));
  return formatCost(Number(amount) * 1e9);
}
