import { Alert, Loader, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { getRetention, type Kept } from '../../api/retention.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Facts } from '../../components/facts.tsx';
import { formatBytes, formatCount, formatMoment } from '../../components/format.ts';
import { Moment } from '../../components/moment.tsx';
import { Section } from '../../components/section.tsx';
import { strings } from '../../strings.ts';
import { RetentionForm } from './retention-form.tsx';

const texts = strings.retention;
const of = texts.contents;

export function RetentionTab() {
  const { data, error, refetch } = useQuery({
    queryKey: ['retention'],
    queryFn: ({ signal }) => getRetention({}, signal),
    refetchInterval: 30_000,
  });
  return (
    <>
      <Text size="sm" c="dimmed" mb="md">
        {texts.intro}
      </Text>
      {error !== null && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Loader aria-label={strings.loading} />}
      {data !== undefined && (
        <>
          <Section title={texts.title}>
            <Fault title={texts.fault} kept={data} />
            <Facts facts={factsOf(data)} />
            {data.editable && (
              <RetentionForm key={String(data.days)} name="days" days={data.days} of={texts} />
            )}
          </Section>
          {data.contents !== undefined && <Contents kept={data.contents} />}
          <Section title={texts.others}>
            <Facts facts={[[texts.audit, texts.auditText]]} />
          </Section>
        </>
      )}
    </>
  );
}

function Contents({ kept }: { kept: Kept }) {
  const { days, setBy, editable } = kept;
  const said = setBy === 'default' ? undefined : days;
  const facts = factsOf(kept, of.flag).map(([name, value]): [string, ReactNode] =>
    name === texts.calls ? [of.calls, value] : [name, value],
  );
  return (
    <Section title={of.title}>
      <Text size="sm" c="dimmed" mb="sm">
        {of.intro}
      </Text>
      <Fault title={of.fault} kept={kept} />
      <Facts facts={facts} />
      {editable && <RetentionForm key={String(said)} name="contentDays" days={said} of={of} />}
    </Section>
  );
}

function Fault({ title, kept: { fault } }: { title: string; kept: Kept }) {
  if (fault === undefined) return null;
  return (
    <Alert color="red" title={title} mb="md">
      {fault}
    </Alert>
  );
}

function factsOf(kept: Kept, flag: string = texts.flag): [string, ReactNode][] {
  const { days, setBy, configMap = '', calls, bytes, oldest, lastCleaning, nextCleaning } = kept;
  const by = {
    flag,
    configMap: texts.configMap(configMap),
    nothing: texts.nothing,
    default: of.default,
    ledger: of.ledger,
  };
  return [
    [texts.kept, days === undefined ? texts.forGood : texts.days(days)],
    [texts.setBy, by[setBy]],
    [texts.calls, texts.callsOf(formatCount(calls), formatBytes(bytes))],
    [texts.oldest, <Moment key="oldest" time={oldest} />],
    [
      texts.lastCleaning,
      lastCleaning === undefined
        ? texts.noCleaning
        : texts.dropped(formatMoment(lastCleaning.at), formatCount(lastCleaning.dropped)),
    ],
    [texts.nextCleaning, <Moment key="next" time={nextCleaning} none={texts.never} />],
  ];
}
