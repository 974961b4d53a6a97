import { Button, Grid, Loader, Paper, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { getCall } from '../../api/calls.ts';
import type { Call } from '../../api/types.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { formatMoment } from '../../components/format.ts';
import { PageHeader } from '../../components/page-header.tsx';
import { Section } from '../../components/section.tsx';
import { strings } from '../../strings.ts';
import { AttemptUsage } from './attempt-usage.tsx';
import { CallContentView } from './call-content.tsx';
import { CallFacts } from './call-facts.tsx';
import { CallTimeline } from './call-timeline.tsx';

const texts = strings.calls.one;

export function CallPage() {
  const { id } = useParams({ from: '/admin/calls/$id' });
  const { data, error, refetch } = useQuery({
    queryKey: ['calls', 'one', id],
    queryFn: ({ signal }) => getCall(id, signal),
  });
  return (
    <>
      <Link to="/calls" className="link">
        ← {texts.back}
      </Link>
      <PageHeader title={texts.title} intro={data === undefined ? undefined : formatMoment(data.startedAtMs)}>
        {data?.route !== undefined && (data.llm?.operation ?? 'chat') === 'chat' && <TryAgain call={data} />}
      </PageHeader>
      {error !== null && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Loader aria-label={strings.loading} />}
      {data !== undefined && (
        <Grid>
          <Grid.Col span={{ base: 12, md: 7 }}>
            <Paper withBorder p="md" mb="md">
              <Title order={2} mb="md">
                {texts.timeline}
              </Title>
              <CallTimeline call={data} />
            </Paper>
            <AttemptUsage call={data} />
          </Grid.Col>
          <Grid.Col span={{ base: 12, md: 5 }}>
            <Paper withBorder p="md">
              <Title order={2} mb="md">
                {texts.facts}
              </Title>
              <CallFacts call={data} />
            </Paper>
          </Grid.Col>
          <Grid.Col span={12}>
            <Section title={strings.recording.title}>
              <CallContentView call={data} />
            </Section>
          </Grid.Col>
        </Grid>
      )}
    </>
  );
}

/** What was asked is not kept: key, route and model are. */
function TryAgain({ call: { key, route, path, llm } }: { call: Call }) {
  const search = { key: key?.id, route, path, model: llm?.requestModel };
  return (
    <Button
      variant="default"
      title={texts.playgroundHint}
      renderRoot={(props) => <Link to="/playground" search={search} {...props} />}
    >
      {texts.playground}
    </Button>
  );
}
