import { Alert, Loader, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { getRetention, type Retention } from '../../api/retention.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Facts } from '../../components/facts.tsx';
import { formatBytes, formatCount, formatMoment } from '../../components/format.ts';
import { Moment } from '../../components/moment.tsx';
import { Section } from '../../components/section.tsx';
import { strings } from '../../strings.ts';
import { RetentionForm } from './retention-form.tsx';

const texts = strings.retention;

export function RetentionTab() {
  const { data, error, refetch } = useQuery({
    queryKey: ['retention'],
    queryFn: ({ signal }) => getRetention(undefined, signal),
    refetchInterval: 30_000,
  });
  return (
    <>
      <Text size="sm" c="dimmed" mb="md">
        {texts.intro}
      </Text>
      {error !== null && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Loader aria-label={strings.loading} />}
      {data?.fault !== undefined && (
        <Alert color="red" title={texts.fault} mb="md">
          {data.fault}
        </Alert>
      )}
      {data !== undefined && (
        <>
          <Section title={texts.title}>
            <Facts facts={factsOf(data)} />
            {data.editable && <RetentionForm key={String(data.days)} days={data.days} />}
          </Section>
          <Section title={texts.others}>
            <Facts
              facts={[
                [texts.prompts, texts.promptsText],
                [texts.audit, texts.auditText],
              ]}
            />
          </Section>
        </>
      )}
    </>
  );
}

function factsOf(view: Retention): [string, ReactNode][] {
  const { days, setBy, configMap = '', calls, bytes, oldest, lastCleaning, nextCleaning } = view;
  const by = { flag: texts.flag, configMap: texts.configMap(configMap), nothing: texts.nothing };
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
