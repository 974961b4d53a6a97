/** Whole Messages answers. */
import { anthropicCitation, citationsOfAnthropic, citationsWithin } from '../../citations.ts';
import { asArray, asObject, type Fields } from '../../fields.ts';
import type { AnswerContext } from '../../format.ts';
import type { CanonicalResponse, Citation, FinishReason, TextPart } from '../../model.ts';
import { ReplyFault } from '../../translate-contract.ts';
import type { Usage } from '../../usage.ts';
import { encodeUsage } from './usage.ts';

const toWire: Record<FinishReason, string> = {
  stop: 'end_turn',
  'stop-sequence': 'stop_sequence',
  length: 'max_tokens',
  'tool-calls': 'tool_use',
  refusal: 'refusal',
  pause: 'pause_turn',
};
const fromWire: Record<string, FinishReason> = {
  end_turn: 'stop',
  stop_sequence: 'stop-sequence',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool-calls',
  refusal: 'refusal',
  pause_turn: 'pause',
};

export function finishReasonToWire(reason: FinishReason): string {
  return toWire[reason];
}

export function finishReasonFromWire(reason: unknown): FinishReason {
  return fromWire[String(reason)] ?? 'stop';
}

export function encodeResponse(response: CanonicalResponse, usage: Usage, _context: AnswerContext): string {
  const last = response.parts.findLast((part) => part.type === 'text');
  let said = 0;
  const content = response.parts.map((part): Fields => {
    if (part.type === 'text') {
      const start = said;
      said += part.text.length;
      return citing(part, citationsWithin(response.citations, { start, end: said, rest: part === last }));
    }
    if (part.type === 'thinking' && part.redacted !== undefined)
      return { type: 'redacted_thinking', data: part.redacted };
    if (part.type === 'thinking')
      return { type: 'thinking', thinking: part.text, signature: part.signature ?? '' };
    return { type: 'tool_use', id: part.id, name: part.name, input: parseInput(part.arguments) };
  });
  return JSON.stringify({
    id: response.id,
    type: 'message',
    role: 'assistant',
    model: response.model,
    content,
    stop_reason: finishReasonToWire(response.finishReason),
    stop_sequence: response.stopSequence ?? null,
    usage: encodeUsage(usage),
  });
}

function citing({ text }: TextPart, citations: readonly Citation[]): Fields {
  if (citations.length === 0) return { type: 'text', text };
  return { type: 'text', text, citations: citations.map(anthropicCitation) };
}

/** A place stands for the whole block that it is told with. */
function citationsIn(content: readonly unknown[]): Citation[] {
  let said = 0;
  return content.flatMap((item) => {
    const { type, text, citations } = item as Fields;
    const start = said;
    if (type === 'text') said += String(text ?? '').length;
    return citationsOfAnthropic(citations, { start, end: said });
  });
}

export function decodeResponse(body: Fields): CanonicalResponse {
  try {
    const parts: CanonicalResponse['parts'] = asArray(body['content'], 'content').flatMap((item) =>
      decodeBlock(asObject(item, 'content')),
    );
    const usage = body['usage'] as Fields | undefined;
    const citations = citationsIn(asArray(body['content'], 'content'));
    return {
      id: String(body['id'] ?? ''),
      model: String(body['model'] ?? ''),
      parts,
      finishReason: finishReasonFromWire(body['stop_reason']),
      stopSequence: typeof body['stop_sequence'] === 'string' ? body['stop_sequence'] : undefined,
      serviceTier: typeof usage?.['service_tier'] === 'string' ? usage['service_tier'] : undefined,
      ...(citations.length > 0 && { citations }),
    };
  } catch (error) {
    throw new ReplyFault((error as Error).message);
  }
}

function decodeBlock(block: Fields): CanonicalResponse['parts'] {
  switch (block['type']) {
    case 'text':
      return [{ type: 'text', text: String(block['text'] ?? '') }];
    case 'tool_use':
      return [
        {
          type: 'tool-call',
          id: String(block['id']),
          name: String(block['name']),
          arguments: JSON.stringify(block['input'] ?? {}),
        },
      ];
    case 'thinking':
      return [
        {
          type: 'thinking',
          text: String(block['thinking'] ?? ''),
          signature: String(block['signature'] ?? ''),
        },
      ];
    case 'redacted_thinking':
      return [{ type: 'thinking', text: '', redacted: String(block['data'] ?? '') }];
    default:
      return [];
  }
}

/** A provider's arguments that are not JSON are shown as they are rather than lost. */
function parseInput(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { arguments: text };
  }
}
