/** A recorded prompt or answer. All of it is text of others: shown as text, never as anything that acts. */
import { Button, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import type { ContentPart, Recorded, TextualPart, Turn } from '../../../../src/core/content/model.ts';
import { formatBytes, formatCount } from '../../components/format.ts';
import { strings } from '../../strings.ts';

const texts = strings.recording;
const longFrom = 1_500;
const shortened = 1_000;

export function Conversation({ title, recorded }: { title: string; recorded: Recorded }) {
  const { turns, omitted, note } = recorded;
  const isPrompt = title === texts.prompt;
  const tell = isPrompt ? texts.olderOmitted : texts.restOmitted;
  const left = omitted && tell(formatCount(omitted.turns), formatCount(omitted.characters));
  return (
    <section aria-label={title}>
      <Title order={3} mb="xs">
        {title}
      </Title>
      {note !== undefined && <Aside text={texts.notes[note]} />}
      {isPrompt && left !== undefined && <Aside text={left} />}
      {turns.length === 0 && note === undefined && <Aside text={texts.nothing} />}
      <Stack gap="sm">
        {turns.map((turn, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: what was recorded never changes.
          <TurnView key={place} turn={turn} />
        ))}
      </Stack>
      {!isPrompt && left !== undefined && <Aside text={left} />}
    </section>
  );
}

function Aside({ text }: { text: string }) {
  return (
    <Text size="sm" c="dimmed" my="xs">
      {text}
    </Text>
  );
}

function TurnView({ turn: { role, parts } }: { turn: Turn }) {
  return (
    <div>
      <Text size="xs" fw={700} c="dimmed">
        {texts.roles[role] ?? role}
      </Text>
      {parts.map((part, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: nor do its parts.
        <PartView key={place} part={part} />
      ))}
    </div>
  );
}

function PartView({ part }: { part: ContentPart }) {
  if (part.type === 'other') return <Aside text={texts.other(part.kind)} />;
  if (part.type === 'media') {
    const { kind, mediaType, bytes } = part;
    const details = [mediaType, bytes === undefined ? undefined : formatBytes(bytes)];
    const told = details.filter((detail) => detail !== undefined).join(', ');
    return <Aside text={texts.media(texts.kinds[kind] ?? kind, told)} />;
  }
  const isTool = part.type === 'toolCall' || part.type === 'toolResult';
  return (
    <>
      {part.type !== 'text' && <Aside text={headOf(part)} />}
      <Text
        component="div"
        className={isTool ? 'code code-wrap' : 'said'}
        {...(part.type === 'reasoning' && { c: 'dimmed', size: 'sm' })}
      >
        <LongText text={part.text} />
      </Text>
      {part.truncated !== undefined && <Aside text={texts.truncated(formatCount(part.truncated))} />}
    </>
  );
}

/** Instructions of agents are many pages: a page's beginning is enough until somebody wants more. */
function LongText({ text }: { text: string }) {
  const [whole, setWhole] = useState(false);
  if (text.length <= longFrom) return text;
  return (
    <>
      {whole ? text : `${text.slice(0, shortened).toWellFormed()} …`}
      <div>
        <Button size="compact-xs" variant="default" aria-expanded={whole} onClick={() => setWhole(!whole)}>
          {whole ? texts.less : texts.more(formatCount(text.length))}
        </Button>
      </div>
    </>
  );
}

function headOf({ type, name = '' }: TextualPart): string {
  if (type === 'reasoning') return texts.reasoning;
  return type === 'toolCall' ? texts.toolCall(name || texts.unnamed) : texts.toolResult(name);
}
