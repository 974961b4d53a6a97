import { Alert, Button, Group, Stack, Text, Textarea } from '@mantine/core';
import { type KeyboardEvent, useState } from 'react';
import { EmptyState } from '../../components/empty-state.tsx';
import { strings } from '../../strings.ts';
import type { Turn } from './use-chat.ts';

const texts = strings.playground;

interface ConversationProps {
  turns: Turn[];
  busy: boolean;
  /** False: it can not be sent yet, and the text stays. */
  onSend: (text: string) => boolean;
  onStop: () => void;
  onClear: () => void;
}

export function ConversationView({ turns, busy, onSend, onStop, onClear }: ConversationProps) {
  const [text, setText] = useState('');
  const send = () => {
    if (busy || text.trim() === '') return;
    if (onSend(text.trim())) setText('');
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <Stack>
      {turns.length === 0 ? (
        <EmptyState title={texts.begin} text={texts.beginText} />
      ) : (
        <div role="log" aria-label={texts.conversation} aria-busy={busy}>
          {turns.map((turn, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: turns are only added.
            <TurnView key={place} turn={turn} />
          ))}
        </div>
      )}
      <Textarea
        label={texts.message}
        description={texts.messageHint}
        autosize
        minRows={2}
        maxRows={10}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <Group justify="flex-end">
        {turns.length > 0 && !busy && (
          <Button variant="default" onClick={onClear}>
            {texts.clear}
          </Button>
        )}
        {busy ? (
          <Button variant="default" onClick={onStop}>
            {texts.stop}
          </Button>
        ) : (
          <Button onClick={send} disabled={text.trim() === ''}>
            {texts.send}
          </Button>
        )}
      </Group>
    </Stack>
  );
}

function TurnView({ turn }: { turn: Turn }) {
  const { question, answer, thinking, state, refused, failed, finish } = turn;
  const isQuiet = answer === '' && thinking === '' && refused === undefined && failed === undefined;
  return (
    <Stack gap="xs" mb="md">
      <Said who={texts.you} text={question} />
      {thinking !== '' && <Said who={texts.thinking} text={thinking} dimmed />}
      {answer !== '' && <Said who={texts.model} text={answer} />}
      {isQuiet && state === 'waiting' && <Text c="dimmed">{texts.waiting}</Text>}
      {refused !== undefined && (
        <Alert color="orange" className="break">
          <Text fw={700} size="sm">
            {texts.refused(turn.status ?? 0)}
          </Text>
          {refused}
        </Alert>
      )}
      {failed !== undefined && (
        <Alert color="red" title={texts.failed} className="break">
          {failed}
        </Alert>
      )}
      {finish !== undefined && (
        <Text size="sm" c="dimmed">
          {texts.cut(finish)}
        </Text>
      )}
      {state === 'stopped' && (
        <Text size="sm" c="dimmed">
          {texts.stopped}
        </Text>
      )}
    </Stack>
  );
}

function Said({ who, text, dimmed = false }: { who: string; text: string; dimmed?: boolean }) {
  return (
    <div>
      <Text size="xs" fw={700} c="dimmed">
        {who}
      </Text>
      <Text className="said" {...(dimmed ? { c: 'dimmed', size: 'sm' } : {})}>
        {text}
      </Text>
    </div>
  );
}
