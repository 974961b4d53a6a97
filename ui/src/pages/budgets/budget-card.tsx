import { Alert, Button, Group, Paper, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { Budget } from '../../api/budgets.ts';
import { runsOutText } from '../../components/format.ts';
import { strings } from '../../strings.ts';
import { BudgetCounters } from './budget-counters.tsx';
import { describeBudget } from './describe-budget.ts';

const texts = strings.budgets;
const shown = 5;

interface BudgetCardProps {
  budget: Budget;
  onEdit: () => void;
  onDelete: () => void;
}

export function BudgetCard({ budget, onEdit, onDelete }: BudgetCardProps) {
  const { namespace, name, counters, forecast } = budget;
  return (
    <Paper withBorder p="md" component="article" aria-label={name}>
      <Group justify="space-between" align="flex-start" mb="xs">
        <div style={{ flex: '1 1 14rem' }}>
          <Title order={2} className="break">
            <Link to="/budgets/$namespace/$name" params={{ namespace, name }} className="link">
              {name}
            </Link>
          </Title>
          <Text size="sm" c="dimmed" className="break">
            {describeBudget(budget)}
          </Text>
        </div>
        <Group gap="xs" wrap="nowrap">
          <Button size="xs" variant="default" onClick={onEdit} aria-label={texts.editOf(name)}>
            {texts.edit}
          </Button>
          <Button size="xs" variant="subtle" color="red" onClick={onDelete} aria-label={texts.deleteOf(name)}>
            {strings.keys.delete}
          </Button>
        </Group>
      </Group>
      {budget.status === 'invalid' && (
        <Alert color="red" title={texts.invalid} className="break" mb="sm">
          {budget.message}
        </Alert>
      )}
      {counters.length === 0 && (
        <Text size="sm" c="dimmed">
          {texts.noCounters}
        </Text>
      )}
      <BudgetCounters budget={budget} most={shown} />
      {counters.length > shown && (
        <Text size="xs" c="dimmed">
          {texts.moreGroups(counters.length - shown)}
        </Text>
      )}
      {forecast?.runsOutAt !== undefined && (
        <Text size="sm" mt="sm">
          {runsOutText(forecast.runsOutAt)}
        </Text>
      )}
    </Paper>
  );
}
