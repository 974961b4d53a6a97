import { Badge, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { useQueries, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { ApiError } from '../../api/client.ts';
import { getDrift } from '../../api/drift.ts';
import { listResources, resourceKinds } from '../../api/resources.ts';
import { getUsage } from '../../api/usage.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { strings } from '../../strings.ts';
import { standingOf } from '../configuration/graph.ts';

const texts = strings.overview.health;
const hourMs = 3_600_000;
const minuteMs = 60_000;
const shown = 6;
/** Of a provider's calls: from here on it is more than the odd fault. */
const failingShare = 0.1;

/** Whether what the gateway stands on works: providers of late, counters beside the ledger, resources in force. */
export function Health() {
  return (
    <SimpleGrid cols={{ base: 1, md: 3 }}>
      <Providers />
      <Stores />
      <Configuration />
    </SimpleGrid>
  );
}

function Providers() {
  const from = new Date(Math.floor((Date.now() - hourMs) / minuteMs) * minuteMs).toISOString();
  const { data, error } = useQuery({
    queryKey: ['health', 'providers'],
    queryFn: ({ signal }) => getUsage({ from, groupBy: 'provider', sort: 'failed', order: 'desc' }, signal),
    refetchInterval: minuteMs,
  });
  // What was refused was not sent.
  const used = (data?.rows ?? [])
    .map(({ group, requests, refused, failed }) => ({
      name: group['provider'] ?? '',
      calls: requests - refused,
      failed,
    }))
    .filter(({ name, calls }) => name !== '' && calls > 0);
  return (
    <Part title={texts.providers} error={error}>
      {data !== undefined && used.length === 0 && <Text c="dimmed">{texts.noCalls}</Text>}
      {used.slice(0, shown).map(({ name, calls, failed }) => (
        <Line key={name} state={failed === 0 ? 'good' : failed / calls < failingShare ? 'mixed' : 'bad'}>
          {texts.provider(name, failed, calls)}
        </Line>
      ))}
    </Part>
  );
}

function Stores() {
  const { data, error } = useQuery({
    queryKey: ['health', 'drift'],
    queryFn: ({ signal }) => getDrift(signal),
    refetchInterval: minuteMs,
  });
  return (
    <Part title={texts.stores} error={error}>
      {data?.items.length === 0 && <Line state="good">{texts.agree}</Line>}
      {data !== undefined && data.items.length > 0 && (
        <Line state="bad">{texts.differ(data.items.length)}</Line>
      )}
    </Part>
  );
}

function Configuration() {
  const found = useQueries({
    queries: resourceKinds.map((kind) => ({
      queryKey: ['resources', kind],
      queryFn: ({ signal }: { signal: AbortSignal }) => listResources(kind, signal),
      refetchInterval: minuteMs,
    })),
  });
  const error = found.find((one) => one.error !== null)?.error ?? null;
  const isLoaded = found.every(({ data }) => data !== undefined);
  const wrong = found
    .flatMap(({ data = [] }) => data)
    .filter((resource) => standingOf(resource).standing === 'wrong');
  return (
    <Part title={texts.configuration} error={error}>
      {isLoaded && wrong.length === 0 && <Line state="good">{texts.inForce}</Line>}
      {wrong.slice(0, shown).map(({ kind, metadata: { namespace = '', name } }) => (
        <Line key={`${kind}/${namespace}/${name}`} state="bad">
          <Link to="/configuration/edit" search={{ kind, namespace, name }} className="link">
            {kind} {namespace}/{name}
          </Link>
        </Line>
      ))}
      {wrong.length > shown && <Text size="sm">{texts.more(wrong.length - shown)}</Text>}
      <Link to="/configuration" className="link">
        {texts.toConfiguration}
      </Link>
    </Part>
  );
}

/** What a login may not see is left out. */
function Part({ title, error, children }: { title: string; error: Error | null; children: ReactNode }) {
  if (error instanceof ApiError && error.status === 403) return null;
  return (
    <Stack gap={4}>
      <Text fw={600}>{title}</Text>
      {error === null ? children : <ErrorNotice error={error} />}
    </Stack>
  );
}

const colors = { good: 'teal', mixed: 'orange', bad: 'red' };

function Line({ state, children }: { state: keyof typeof colors; children: ReactNode }) {
  return (
    <Group gap="xs" wrap="nowrap" align="baseline">
      <Badge variant="dot" size="sm" tt="none" color={colors[state]} flex="none">
        {texts[state]}
      </Badge>
      <Text size="sm" className="break">
        {children}
      </Text>
    </Group>
  );
}
