import { Button, Grid, Loader } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { ApiError } from '../../api/client.ts';
import { listOffers, type Offer } from '../../api/playground.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { Section } from '../../components/section.tsx';
import { strings } from '../../strings.ts';
import { CallSettings, firstSettings, idOf, type Settings } from './call-settings.tsx';
import { ConversationView } from './conversation.tsx';
import { Decision } from './decision.tsx';
import { type PlaygroundSearch, readPlaygroundSearch } from './playground-search.ts';
import { useChat } from './use-chat.ts';

const texts = strings.playground;

export function PlaygroundPage() {
  const { data, error, refetch } = useQuery({
    queryKey: ['playground', 'offers'],
    queryFn: ({ signal }) => listOffers(signal),
  });
  const isForbidden = error instanceof ApiError && error.status === 403;
  return (
    <>
      <PageHeader title={texts.title} intro={texts.intro} />
      {isForbidden && <EmptyState title={texts.notYours} text={texts.notYoursText} />}
      {error !== null && !isForbidden && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Loader aria-label={strings.loading} />}
      {data?.length === 0 && (
        <EmptyState title={texts.emptyTitle} text={texts.emptyText}>
          <Button component={Link} to="/configuration" variant="default">
            {texts.toConfiguration}
          </Button>
        </EmptyState>
      )}
      {data?.[0] !== undefined && <Playing offers={data} first={data[0]} />}
    </>
  );
}

function Playing({ offers, first }: { offers: Offer[]; first: Offer }) {
  const search = readPlaygroundSearch(useSearch({ from: '/admin/playground' }) as Record<string, unknown>);
  const navigate = useNavigate({ from: '/playground' });
  const show = (change: PlaygroundSearch) =>
    void navigate({ search: { ...search, ...change }, replace: true });
  const [settings, setSettings] = useState(firstSettings);
  const [tried, setTried] = useState(false);
  const { turns, busy, ask, stop, clear } = useChat();
  const offer = offerFor(offers, search) ?? first;
  const model = search.model ?? offer.models[0] ?? '';
  const faults = faultsOf(settings, search.key, model);
  const send = (question: string) => {
    setTried(true);
    if (Object.keys(faults).length > 0) return false;
    const { port, host, path } = offer;
    ask(question, { port, host, path, model, ...callerOf(settings, search.key), ...detailsOf(settings) });
    return true;
  };
  return (
    <Grid>
      <Grid.Col span={{ base: 12, lg: 7 }}>
        <Section title={texts.settings}>
          <CallSettings
            offers={offers}
            offer={offer}
            model={model}
            keyId={search.key}
            settings={settings}
            faults={tried ? faults : {}}
            onOffer={(at) => show({ at, route: undefined, path: undefined, model: undefined })}
            onModel={(next) => show({ model: next })}
            onKey={(key) => show({ key })}
            onSettings={(change) => setSettings((before) => ({ ...before, ...change }))}
          />
        </Section>
        <Section title={texts.conversation}>
          <ConversationView turns={turns} busy={busy} onSend={send} onStop={stop} onClear={clear} />
        </Section>
      </Grid.Col>
      <Grid.Col span={{ base: 12, lg: 5 }}>
        <Section title={texts.decided}>
          <Decision turn={turns.at(-1)} />
        </Section>
      </Grid.Col>
    </Grid>
  );
}

function offerFor(offers: Offer[], { at, route, path }: PlaygroundSearch): Offer | undefined {
  const ofRoute = offers.filter((one) => one.route === route);
  return offers.find((one) => idOf(one) === at) ?? ofRoute.find((one) => one.path === path) ?? ofRoute[0];
}

function faultsOf({ way, value }: Settings, key: string | undefined, model: string) {
  return {
    ...(way === 'key' && key === undefined ? { key: texts.keyMissing } : {}),
    ...(way === 'value' && value === '' ? { value: texts.valueMissing } : {}),
    ...(model.trim() === '' ? { model: texts.modelMissing } : {}),
  };
}

function callerOf({ way, value }: Settings, key: string | undefined) {
  if (way === 'value') return { value };
  return way === 'key' && key !== undefined ? { key } : {};
}

function detailsOf({ system, maxTokens, temperature }: Settings) {
  return {
    ...(system.trim() === '' ? {} : { system }),
    ...(maxTokens === undefined ? {} : { maxTokens }),
    ...(temperature === undefined ? {} : { temperature }),
  };
}
