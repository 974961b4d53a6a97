import { Alert, Button, Grid, Loader, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { type Budget, getBudget } from '../../api/budgets.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { runsOutText } from '../../components/format.ts';
import { PageHeader } from '../../components/page-header.tsx';
import { Section } from '../../components/section.tsx';
import { strings } from '../../strings.ts';
import { ObjectHistory } from '../audit/object-history.tsx';
import { BudgetCounters } from '../budgets/budget-counters.tsx';
import { BudgetDrawer } from '../budgets/budget-drawer.tsx';
import { DeleteBudgetDialog } from '../budgets/delete-budget-dialog.tsx';
import { describeBudget } from '../budgets/describe-budget.ts';
import { RaiseDialog } from '../budgets/raise-dialog.tsx';
import { BudgetHolds } from './budget-holds.tsx';
import { BudgetOverrides } from './budget-overrides.tsx';
import { type BudgetSearch, readBudgetSearch } from './budget-search.ts';
import { BurnDownSection } from './burn-down-section.tsx';

const texts = strings.budgets;

export function BudgetPage() {
  const place = useParams({ from: '/admin/budgets/$namespace/$name' });
  const { data, error, refetch } = useQuery({
    queryKey: ['budgets', 'one', place.namespace, place.name],
    queryFn: ({ signal }) => getBudget(place, signal),
    refetchInterval: 5_000,
  });
  return (
    <>
      <Link to="/budgets" className="link">
        ← {texts.page.back}
      </Link>
      <PageHeader title={place.name} intro={data === undefined ? undefined : describeBudget(data)}>
        {data !== undefined && <BudgetActions budget={data} />}
      </PageHeader>
      {error !== null && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {data === undefined ? (
        error === null && <Loader aria-label={strings.loading} />
      ) : (
        <BudgetView budget={data} />
      )}
    </>
  );
}

function BudgetView({ budget }: { budget: Budget }) {
  const search = readBudgetSearch(useSearch({ from: '/admin/budgets/$namespace/$name' }));
  const navigate = useNavigate({ from: '/budgets/$namespace/$name' });
  const show = (next: BudgetSearch) =>
    void navigate({ search: readBudgetSearch({ ...next }), replace: true, resetScroll: false });
  const { namespace, name, unit, status, message, counters, forecast } = budget;
  return (
    <>
      {status === 'invalid' && (
        <Alert color="red" title={texts.invalid} className="break" mb="md">
          {message}
        </Alert>
      )}
      {status === 'ok' && unit !== 'concurrency' && (
        <BurnDownSection
          budget={budget}
          group={search.counter}
          onGroup={(counter) => show({ ...search, counter })}
        />
      )}
      <Grid>
        <Grid.Col span={{ base: 12, lg: 6 }}>
          <Section title={texts.page.counters}>
            {counters.length === 0 && <Text c="dimmed">{texts.noCounters}</Text>}
            <BudgetCounters budget={budget} />
            {forecast?.runsOutAt !== undefined && (
              <Text size="sm" mt="sm">
                {runsOutText(forecast.runsOutAt)}
              </Text>
            )}
          </Section>
          <Section title={texts.page.overrides}>
            <BudgetOverrides budget={budget} />
          </Section>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 6 }}>
          <Section title={texts.page.holds}>
            <BudgetHolds budget={budget} search={search} onChange={show} />
          </Section>
        </Grid.Col>
      </Grid>
      <Section title={strings.audit.history}>
        <ObjectHistory object={`Budget/${namespace}/${name}`} />
      </Section>
    </>
  );
}

function BudgetActions({ budget }: { budget: Budget }) {
  const [dialog, setDialog] = useState<{ kind: 'edit' | 'raise' | 'delete'; of: Budget }>();
  const navigate = useNavigate();
  const open = (kind: 'edit' | 'raise' | 'delete') => () => setDialog({ kind, of: budget });
  const close = () => setDialog(undefined);
  const shownIn = (kind: string) => (dialog?.kind === kind ? dialog.of : undefined);
  return (
    <>
      <Button variant="default" onClick={open('raise')}>
        {texts.page.raise}
      </Button>
      <Button variant="default" onClick={open('edit')}>
        {texts.edit}
      </Button>
      <Button variant="outline" color="red" onClick={open('delete')}>
        {strings.keys.delete}
      </Button>
      <RaiseDialog budget={shownIn('raise')} onClose={close} />
      <BudgetDrawer budget={shownIn('edit')} onClose={close} />
      <DeleteBudgetDialog
        budget={shownIn('delete')}
        onClose={close}
        onDeleted={() => void navigate({ to: '/budgets' })}
      />
    </>
  );
}
