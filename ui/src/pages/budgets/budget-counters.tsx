import { Stack, Text } from '@mantine/core';
import type { Budget } from '../../api/budgets.ts';
import { AmountBar } from '../../components/amount-bar.tsx';
import { strings } from '../../strings.ts';

const texts = strings.budgets;

/** How the first `most` groups of a budget stand; all that came with it where nothing is said. */
export function BudgetCounters({ budget, most }: { budget: Budget; most?: number }) {
  const { name, counters, unit } = budget;
  return (
    <Stack gap="sm">
      {counters.slice(0, most).map((counter) => (
        <div key={counter.group}>
          <Text size="sm" fw={600} className="clamp">
            {counter.group === '' ? texts.everyone : counter.group}
          </Text>
          <AmountBar counter={counter} unit={unit} label={`${name} ${counter.group}`} />
        </div>
      ))}
    </Stack>
  );
}
