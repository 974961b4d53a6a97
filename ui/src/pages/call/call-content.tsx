/** What was said in a call: read on demand, since every reading is entered in the audit log. */
import { Button, Code, Group, Loader, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { type CallContent, readContent } from '../../api/calls.ts';
import { session } from '../../api/session-state.ts';
import { useStore } from '../../api/store.ts';
import type { Call } from '../../api/types.ts';
import { CopyField } from '../../components/copy-field.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Facts } from '../../components/facts.tsx';
import { formatMoment } from '../../components/format.ts';
import { strings } from '../../strings.ts';
import { Conversation } from './conversation.tsx';
import { DeleteContent } from './delete-content.tsx';

const texts = strings.recording;

export function CallContentView({ call }: { call: Call }) {
  const isAdmin = useStore(session)?.role === 'admin';
  const { content } = call;
  if (content === undefined) return <NotRecorded call={call} />;
  const { prompts, answers, setBy } = content;
  return (
    <Stack>
      <Facts
        facts={[
          [texts.what, texts.whatOf(prompts, answers)],
          [texts.setBy, <SetBy key="by" object={setBy} />],
        ]}
      />
      <Masked decisions={call.decisions} />
      {isAdmin ? <Readable id={call.id} /> : <Text size="sm">{texts.notYours}</Text>}
    </Stack>
  );
}

/** Guards came first: what they masked is masked in the record too. */
function Masked({ decisions }: { decisions: readonly string[] }) {
  const masked = decisions.filter((decision) => /^guard .*: masked /.test(decision));
  if (masked.length === 0) return null;
  return (
    <Text size="sm" className="break">
      {texts.masked(masked)}
    </Text>
  );
}

/** Who did that is in the audit log of the object. */
function SetBy({ object }: { object: string }) {
  return (
    <>
      <Code>{object}</Code>{' '}
      <Link
        to="/settings"
        search={{ tab: 'audit', object: object.replace(' ', '/') }}
        className="link"
        aria-label={texts.changesOf(object)}
      >
        {texts.changes}
      </Link>
    </>
  );
}

function NotRecorded({ call: { route } }: { call: Call }) {
  const [namespace, name] = route?.split('/') ?? [];
  return (
    <Stack>
      <Text size="sm">{texts.off}</Text>
      {name === undefined ? (
        <Text size="sm" c="dimmed">
          {texts.noRoute}
        </Text>
      ) : (
        <>
          <Text size="sm" c="dimmed">
            {texts.howTo(`HTTPRoute ${route}`)}
          </Text>
          <CopyField
            label={texts.command}
            value={`kubectl annotate httproute ${name} -n ${namespace} tollgate.dev/record-content=prompts,answers`}
          />
        </>
      )}
    </Stack>
  );
}

function Readable({ id }: { id: string }) {
  const [open, setOpen] = useState(false);
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ['calls', 'content', id],
    queryFn: ({ signal }) => readContent(id, signal),
    enabled: open,
    // Every reading is entered in the audit log, so nothing is read unasked, or kept when the page is left.
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  if (!open)
    return (
      <Group>
        <Button onClick={() => setOpen(true)}>{texts.show}</Button>
        <Text size="sm" c="dimmed">
          {texts.hint}
        </Text>
      </Group>
    );
  return (
    <>
      {error !== null && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {isFetching && <Loader aria-label={strings.loading} />}
      {data !== undefined && !isFetching && <Shown id={id} content={data} onAgain={() => void refetch()} />}
    </>
  );
}

function Shown({ id, content, onAgain }: { id: string; content: CallContent; onAgain: () => void }) {
  const { state, prompt, answer, keptDays, deletedAt, deletedBy } = content;
  if (state !== 'recorded')
    return (
      <Group role="status">
        <Text size="sm">
          {deletedAt === undefined
            ? texts.states[state]
            : texts.deletedBy(deletedBy ?? '', formatMoment(deletedAt))}
        </Text>
        {state === 'pending' && (
          <Button size="xs" variant="default" onClick={onAgain}>
            {strings.errors.retry}
          </Button>
        )}
      </Group>
    );
  return (
    <Stack>
      {prompt !== undefined && <Conversation title={texts.prompt} recorded={prompt} />}
      {answer !== undefined && <Conversation title={texts.answer} recorded={answer} />}
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          {keptDays !== undefined && `${texts.kept}: ${texts.days(keptDays)}`}
        </Text>
        <DeleteContent id={id} onDeleted={onAgain} />
      </Group>
    </Stack>
  );
}
