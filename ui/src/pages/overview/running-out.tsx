import { Loader, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { listBudgets } from '../../api/budgets.ts';
import { AmountBar } from '../../components/amount-bar.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { runsOutText } from '../../components/format.ts';
import { strings } from '../../strings.ts';

const shown = 5;

/** Those with a date first, then the fullest: the API knows that order. */
export function RunningOut() {
  const { data, error } = useQuery({
    queryKey: ['budgets', 'runsOutAt'],
    queryFn: ({ signal }) => listBudgets({ sort: 'runsOutAt', limit: shown }, signal),
  });
  if (error !== null) return <ErrorNotice error={error} />;
  if (data === undefined) return <Loader aria-label={strings.loading} />;
  const first = data.items.filter(({ counters }) => counters.length > 0);
  return (
    <Stack gap="sm">
      {first.length === 0 && <Text c="dimmed">{strings.overview.noBudgets}</Text>}
      {first.map(({ namespace, name, unit, counters, forecast }) => (
        <div key={`${namespace}/${name}`}>
          <Text fw={600} className="clamp">
            <Link to="/budgets/$namespace/$name" params={{ namespace, name }} className="link">
              {name}
            </Link>{' '}
            {counters[0]!.group === '' ? '' : `(${counters[0]!.group})`}
          </Text>
          <AmountBar counter={counters[0]!} unit={unit} label={name} />
          {forecast?.runsOutAt !== undefined && <Text size="xs">{runsOutText(forecast.runsOutAt)}</Text>}
        </div>
      ))}
      <Link to="/budgets" search={{ sort: 'runsOutAt' }} className="link">
        {strings.overview.allBudgets}
      </Link>
    </Stack>
  );
}
