import { Button, Group, Paper, Select, Table, Text, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { type BudgetUnit, type Proposal, type Simulation, simulateBudget } from '../../api/budgets.ts';
import { formatAmount } from '../../components/amount-bar.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { formatCost, formatCount, formatMoment } from '../../components/format.ts';
import { same } from '../../components/same.ts';
import { strings } from '../../strings.ts';

const texts = strings.budgets.simulation;
const dayMs = 86_400_000;
const spans = ['7', '30', '90'];
const mostGroups = 10;

interface BudgetSimulationProps {
  proposal: Proposal | undefined;
  unit: BudgetUnit;
}

/** Replays past calls against the budget as it stands in the form; nothing is written. */
export function BudgetSimulation({ proposal, unit }: BudgetSimulationProps) {
  const [days, setDays] = useState('30');
  const run = useMutation({
    mutationFn: (what: Proposal) =>
      simulateBudget({ ...what, from: new Date(Date.now() - Number(days) * dayMs).toISOString() }),
  });
  const isOld = run.data !== undefined && !same(run.variables, proposal);
  return (
    <Paper withBorder p="sm" component="section" aria-label={texts.title}>
      <Group align="flex-end" justify="space-between">
        <Select
          label={texts.span}
          data={spans.map((value) => ({ value, label: strings.overview.days(Number(value)) }))}
          value={days}
          onChange={(value) => setDays(value ?? '30')}
          allowDeselect={false}
          w={150}
        />
        <Button
          variant="default"
          disabled={proposal === undefined}
          loading={run.isPending}
          onClick={() => proposal !== undefined && run.mutate(proposal)}
        >
          {texts.run}
        </Button>
      </Group>
      {run.error !== null && <ErrorNotice error={run.error} />}
      {isOld && (
        <Text size="xs" c="dimmed" mt="xs">
          {texts.old}
        </Text>
      )}
      {run.data !== undefined && <Outcome outcome={run.data} unit={unit} />}
    </Paper>
  );
}

function Outcome({ outcome, unit }: { outcome: Simulation; unit: BudgetUnit }) {
  const { calls, refused, refusedByGroup, shortened = 0, switched = 0, peak } = outcome;
  const lines = [
    texts.refused(formatCount(refused), formatCount(calls)),
    ...(shortened > 0 ? [texts.shortened(formatCount(shortened))] : []),
    ...(switched > 0 ? [texts.switched(formatCount(switched))] : []),
    texts.saved(formatCost(outcome.costNanoSaved), formatCount(outcome.tokensSaved)),
    ...(peak === undefined
      ? []
      : [texts.peak(formatAmount(peak.used, unit), formatAmount(peak.limit, unit), formatMoment(peak.at))]),
  ];
  return (
    <div role="status">
      <Title order={3} fz="sm" mt="sm">
        {texts.title}
      </Title>
      {lines.map((line) => (
        <Text key={line} size="sm">
          {line}
        </Text>
      ))}
      {refusedByGroup.length > 0 && (
        <Table verticalSpacing={4} mt="xs" aria-label={texts.groups}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{texts.group}</Table.Th>
              <Table.Th className="number">{texts.refusedCalls}</Table.Th>
              <Table.Th>{texts.first}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {refusedByGroup.slice(0, mostGroups).map(({ group, refused: count, firstAt }) => (
              <Table.Tr key={group}>
                <Table.Td>
                  <span className="clamp">{group === '' ? strings.budgets.everyone : group}</span>
                </Table.Td>
                <Table.Td className="number">{formatCount(count)}</Table.Td>
                <Table.Td>{formatMoment(firstAt)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </div>
  );
}
