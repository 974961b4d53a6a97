import { Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { KeyBudget } from '../api/keys.ts';
import { strings } from '../strings.ts';
import { AmountBar } from './amount-bar.tsx';

interface BudgetBarsProps {
  counters: KeyBudget[];
  /** Not for the holder of a key, who has no such pages. */
  linked?: boolean;
}

/** Each counter that a key draws on, as a bar. */
export function BudgetBars({ counters, linked = false }: BudgetBarsProps) {
  return (
    <Stack gap="sm">
      {counters.map(({ name, unit = 'tokens', ...counter }) => {
        const label = labelOf(name);
        const [namespace = '', budget] = name?.split('/') ?? [];
        return (
          <div key={`${name} ${counter.group}`}>
            <Text fw={600} className="break">
              {linked && budget !== undefined ? (
                <Link to="/budgets/$namespace/$name" params={{ namespace, name: budget }} className="link">
                  {label}
                </Link>
              ) : (
                label
              )}{' '}
              {counter.group === '' ? '' : `(${counter.group.slice(0, 80)})`}
            </Text>
            <AmountBar counter={counter} unit={unit} label={label} />
          </div>
        );
      })}
    </Stack>
  );
}

/** A limit of the key itself is called as its field is. */
function labelOf(name: string | undefined): string {
  const { budget, ofKey } = strings.overview.me;
  return name === undefined ? budget : (ofKey[name] ?? name);
}
