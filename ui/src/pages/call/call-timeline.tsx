import { Alert, Text, Timeline } from '@mantine/core';
import { Fragment, type ReactNode } from 'react';
import { outcomeOf } from '../../../../src/core/outcome.ts';
import type { BudgetUnit } from '../../api/budgets.ts';
import type { Call } from '../../api/types.ts';
import { formatCost, formatCount, formatDuration } from '../../components/format.ts';
import { BudgetLink, WithBudgetLinks } from '../../components/with-budget-links.tsx';
import { strings } from '../../strings.ts';
import { attemptSteps } from './attempt-steps.ts';

const texts = strings.calls.one;
const colors = { ok: 'teal', refused: 'orange', failed: 'red' };

interface Step {
  title: string;
  lines: ReactNode[];
  /** Milliseconds after the request was complete. */
  afterMs?: number;
}

/** Received, route, decisions, provider or attempts, first token, end, charges. */
export function CallTimeline({ call }: { call: Call }) {
  const color = colors[outcomeOf(call)];
  const steps = stepsOf(call);
  return (
    <>
      {call.error !== undefined && (
        <Alert color="red" mb="md" className="break">
          <WithBudgetLinks text={call.error} />
        </Alert>
      )}
      <Timeline active={steps.length} color={color} bulletSize={16} lineWidth={2}>
        {steps.map(({ title, lines, afterMs }, place) => (
          <Timeline.Item
            // biome-ignore lint/suspicious/noArrayIndexKey: the steps of a call never change.
            key={place}
            title={
              <span className="break">
                {title}
                {afterMs !== undefined && (
                  <Text span size="sm" c="dimmed">
                    {' '}
                    +{formatDuration(afterMs)}
                  </Text>
                )}
              </span>
            }
          >
            {lines.map((line, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: nor do their lines.
              <Text key={index} size="sm" c="dimmed" className="break">
                {line}
              </Text>
            ))}
          </Timeline.Item>
        ))}
      </Timeline>
    </>
  );
}

function stepsOf(call: Call): Step[] {
  const route = call.route === undefined ? texts.noRoute : call.route;
  const decisions: Step[] = call.decisions.map((decision) => ({
    title: texts.decision,
    lines: [<WithBudgetLinks key="decision" text={decision} />],
  }));
  return [
    {
      title: texts.received(call.method, call.path),
      lines: [texts.from(call.sourceAddress, call.host)],
      afterMs: 0,
    },
    { title: texts.routed, lines: [route] },
    ...(decisions.length === 0 ? [{ title: texts.noDecision, lines: [] }] : decisions),
    ...(call.attempts === undefined ? [sentStep(call)] : attemptSteps(call)),
    ...firstTokenStep(call),
    {
      title: texts.ended(call.status),
      lines: call.reason === undefined ? [] : [call.reason],
      afterMs: call.durationMs,
    },
    chargedStep(call),
  ];
}

function sentStep(call: Call): Step {
  if (call.endpoint === undefined || outcomeOf(call) === 'refused')
    return { title: texts.notSent, lines: [] };
  const model = call.llm?.responseModel ?? call.llm?.requestModel;
  const parts = [call.backend, call.endpoint, model].filter((part) => part !== undefined);
  return { title: texts.sent, lines: [parts.join(' · ')] };
}

function firstTokenStep(call: Call): Step[] {
  const afterMs = call.llm?.timeToFirstTokenMs;
  return afterMs === undefined ? [] : [{ title: texts.firstToken, lines: [], afterMs }];
}

function chargedStep({ budgets = [] }: Call): Step {
  if (budgets.length === 0) return { title: texts.nothingCharged, lines: [] };
  const lines = budgets.map(({ budget, group, used, unit }) => {
    const [namespace = '', name = ''] = budget.split('/');
    return (
      <Fragment key={`${budget} ${group}`}>
        <BudgetLink namespace={namespace} name={name} />
        {group === '' ? '' : ` (${group})`}: {usedText(used, unit)}
      </Fragment>
    );
  });
  return { title: texts.charged, lines };
}

/** Dollars are told in nano-dollars. */
function usedText(used: number, unit: string): string {
  if (unit === 'usd') return formatCost(used);
  return `${formatCount(used)} ${strings.budgets.units[unit as BudgetUnit]?.toLowerCase() ?? unit}`;
}
