import { Alert, Code } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { noUsage, type Usage } from '../../../../src/core/llm/usage.ts';
import { tokensByKind } from '../../../../src/core/llm/usage-kinds.ts';
import type { Call } from '../../api/types.ts';
import { Facts } from '../../components/facts.tsx';
import { formatCost, formatCount, formatDuration } from '../../components/format.ts';
import { kindRows } from '../../components/kind-rows.ts';
import { strings } from '../../strings.ts';
import { OutcomeBadge } from '../calls/outcome-badge.tsx';

const texts = strings.calls.one;

export function CallFacts({ call }: { call: Call }) {
  const { llm, key } = call;
  const usage = llm?.usage;
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
    ...tokenFacts(usage),
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

function tokenFacts(usage: Usage | undefined): [string, string][] {
  const tokens = tokensByKind(usage ?? noUsage);
  const facts = kindRows([tokens]).map(({ kind }): [string, string] => [
    texts.tokensOf(strings.kinds[kind]),
    usage === undefined ? strings.none : formatCount(tokens[kind]),
  ]);
  const { serviceTier } = usage ?? {};
  return serviceTier === undefined ? facts : [...facts, [texts.serviceTier, serviceTier]];
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
