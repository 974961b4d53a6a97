import { Stack, Text } from '@mantine/core';
import type { KeyBudget } from '../api/keys.ts';
import { strings } from '../strings.ts';
import { AmountBar } from './amount-bar.tsx';

/** Each counter that a key draws on, as a bar. */
export function BudgetBars({ counters }: { counters: KeyBudget[] }) {
  return (
    <Stack gap="sm">
      {counters.map(({ name = strings.overview.me.budget, unit = 'tokens', ...counter }) => (
        <div key={`${name} ${counter.group}`}>
          <Text size="sm" fw={600} className="break">
            {name} {counter.group === '' ? '' : `(${counter.group.slice(0, 80)})`}
          </Text>
          <AmountBar counter={counter} unit={unit} label={name} />
        </div>
      ))}
    </Stack>
  );
}
