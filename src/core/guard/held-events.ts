/** A stream that has been held to its end: the texts of its channels, each as one, and the events with others in their place. */
import { type SseEvent, SseParser } from '../llm/sse.ts';
import { parsedEvent, rewrittenEvent, writtenEvent } from './event-json.ts';
import type { Json } from './json-slots.ts';
import type { CallKind } from './kind.ts';
import type { TextSlot } from './model.ts';
import { type ChannelSlot, eventTexts } from './stream-texts.ts';

export class HeldEvents {
  readonly slots: TextSlot[] = [];
  readonly #events: { event: SseEvent; json: Json | undefined }[] = [];

  constructor(kind: CallKind, text: string) {
    const deltas = new Map<string, ChannelSlot[]>();
    const repeats = new Map<string, ChannelSlot[]>();
    new SseParser().push(text, (event) => {
      const json = parsedEvent(event.data);
      this.#events.push({ event, json });
      if (json === undefined) return;
      const texts = eventTexts(kind, json);
      for (const slot of texts.deltas) append(deltas, slot);
      for (const slot of texts.repeats) append(repeats, slot);
    });
    for (const channel of new Set([...deltas.keys(), ...repeats.keys()]))
      this.slots.push(slotOf(deltas.get(channel) ?? [], repeats.get(channel) ?? []));
  }

  text(): string {
    return this.#events
      .map(({ event, json }) => (json === undefined ? writtenEvent(event) : rewrittenEvent(event, json)))
      .join('');
  }
}

function append(map: Map<string, ChannelSlot[]>, slot: ChannelSlot): void {
  const list = map.get(slot.channel);
  if (list === undefined) map.set(slot.channel, [slot]);
  else list.push(slot);
}

/** Another text goes where the first piece was; the other pieces are emptied. */
function slotOf(deltas: readonly ChannelSlot[], repeats: readonly ChannelSlot[]): TextSlot {
  const text = deltas.length > 0 ? deltas.map((delta) => delta.text).join('') : (repeats[0]?.text ?? '');
  const replace = (changed: string) => {
    deltas.forEach((delta, index) => {
      delta.replace(index === 0 ? changed : '');
    });
    for (const repeat of repeats) repeat.replace(changed);
  };
  return { scope: 'Messages', role: 'assistant', text, replace };
}
