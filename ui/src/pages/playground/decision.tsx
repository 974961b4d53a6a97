import { Stack, Table, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { CounterMoved, Decided } from '../../api/playground.ts';
import { formatAmount } from '../../components/amount-bar.tsx';
import { formatCost, formatCount, formatDuration } from '../../components/format.ts';
import { strings } from '../../strings.ts';
import { CallFacts } from '../call/call-facts.tsx';
import { CallTimeline } from '../call/call-timeline.tsx';
import type { Turn } from './use-chat.ts';

const texts = strings.playground;

/** Of the last call, out of its record in the ledger. */
export function Decision({ turn }: { turn: Turn | undefined }) {
  if (turn === undefined) return <Text c="dimmed">{texts.nothingYet}</Text>;
  if (turn.decided !== undefined) return <DecidedView decided={turn.decided} />;
  if (turn.state === 'waiting') return <Text role="status">{texts.pending}</Text>;
  return <Text c="dimmed">{turn.state === 'stopped' ? texts.stopped : texts.noRecord}</Text>;
}

function DecidedView({ decided: { call, budgets } }: { decided: Decided }) {
  return (
    <Stack>
      <Text fw={600} role="status">
        {summaryOf(call)}
      </Text>
      <CallTimeline call={call} />
      <Title order={3} size="h5">
        {texts.budgets}
      </Title>
      {budgets.length === 0 ? <Text c="dimmed">{texts.noBudgets}</Text> : <Moved counters={budgets} />}
      <Title order={3} size="h5">
        {strings.calls.one.facts}
      </Title>
      <CallFacts call={call} />
      <Link to="/calls/$id" params={{ id: call.id }} className="link">
        {texts.openCall}
      </Link>
      <Link to="/cel" search={{ call: call.id }} className="link">
        {strings.cel.fromCall}
      </Link>
    </Stack>
  );
}

function summaryOf({ status, llm }: Decided['call']): string {
  const { usage, costNano, timeToFirstTokenMs } = llm ?? {};
  const parts = [
    texts.status(status),
    usage && texts.tokens(formatCount(usage.inputTokens + usage.outputTokens)),
    costNano === undefined ? undefined : formatCost(costNano),
    timeToFirstTokenMs === undefined ? undefined : texts.firstToken(formatDuration(timeToFirstTokenMs)),
  ];
  return parts.filter((part) => part !== undefined).join(' · ');
}

function Moved({ counters }: { counters: CounterMoved[] }) {
  return (
    <Table.ScrollContainer minWidth={260}>
      <Table aria-label={texts.budgets} verticalSpacing={4} horizontalSpacing={4} fz="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{texts.budget}</Table.Th>
            <Table.Th className="number">{texts.left}</Table.Th>
            <Table.Th className="number">{texts.usedHere}</Table.Th>
            <Table.Th className="number">{texts.leftAfter}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {counters.map(({ name, group, unit, before, after }) => (
            <Table.Tr key={`${name} ${unit} ${group}`}>
              <Table.Td>
                <span className="clamp">
                  {name} {group === '' ? '' : `(${group.slice(0, 80)})`}
                </span>
                <Text size="xs" c="dimmed">
                  {texts.of(formatAmount(after.limit, unit))}
                </Text>
              </Table.Td>
              <Table.Td className="number">{exact(before.remaining, unit)}</Table.Td>
              <Table.Td className="number">{exact(difference(after.used, before.used, unit), unit)}</Table.Td>
              <Table.Td className="number">{exact(after.remaining, unit)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

/** All digits: what is shown here is compared. */
function exact(amount: number | string, unit: CounterMoved['unit']): string {
  return unit === 'usd' ? `$${amount}` : formatCount(Number(amount));
}

function difference(after: number | string, before: number | string, unit: CounterMoved['unit']) {
  const change = Number(after) - Number(before);
  return unit === 'usd' ? change.toFixed(9).replace(/0+$/, '').replace(/\.$/, '') : change;
}
