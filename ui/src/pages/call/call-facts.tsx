import { Alert, Code } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Call } from '../../api/types.ts';
import { Facts } from '../../components/facts.tsx';
import { formatCost, formatCount, formatDuration } from '../../components/format.ts';
import { strings } from '../../strings.ts';
import { OutcomeBadge } from '../calls/outcome-badge.tsx';

const texts = strings.calls.one;

export function CallFacts({ call }: { call: Call }) {
  const { llm, key } = call;
  const usage = llm?.usage;
  const count = (figure: number | undefined) => (figure === undefined ? strings.none : formatCount(figure));
  const facts: [string, ReactNode][] = [
    [strings.calls.columns.outcome, <OutcomeBadge key="outcome" call={call} />],
    [texts.id, <Code key="id">{call.id}</Code>],
    [texts.user, key?.user ?? strings.none],
    [texts.key, key === undefined ? strings.none : <KeyLink key="key" id={key.id} />],
    [texts.requested, llm?.requestModel ?? strings.none],
    [texts.answered, llm?.responseModel ?? strings.none],
    [texts.provider, llm?.provider ?? strings.none],
    [texts.endpoint, call.endpoint ?? strings.none],
    [texts.streaming, llm?.streaming ? texts.yes : texts.no],
    [texts.input, count(usage?.inputTokens)],
    [texts.cached, count(usage?.cachedInputTokens)],
    [texts.output, count(usage?.outputTokens)],
    [texts.reasoning, count(usage?.reasoningTokens)],
    [texts.cost, costOf(call)],
    [strings.calls.columns.duration, formatDuration(call.durationMs)],
    [texts.perToken, formatDuration(llm?.timePerOutputTokenMs)],
    [texts.bytes, formatCount(call.responseBytes)],
  ];
  return (
    <>
      {usage?.estimated && (
        <Alert color="orange" mb="sm">
          {texts.estimated}
        </Alert>
      )}
      <Facts facts={facts} />
    </>
  );
}

function costOf({ llm }: Call): string {
  if (llm?.costNano !== undefined) return formatCost(llm.costNano);
  return llm?.usage === undefined ? strings.none : texts.noPrice;
}

/** `VirtualKey/ns/name`, `Secret/ns/secret/entry`. */
function KeyLink({ id }: { id: string }) {
  const [, namespace, ...name] = id.split('/');
  if (namespace === undefined || name.length === 0) return id;
  return (
    <Link to="/keys/$namespace/$name" params={{ namespace, name: name.join('/') }} className="link">
      {id}
    </Link>
  );
}
