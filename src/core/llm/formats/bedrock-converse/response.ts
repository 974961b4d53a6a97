/** Whole Converse answers. They tell neither an id nor the model. */
import { citationsOfBedrock } from '../../citations-bedrock.ts';
import { asArray, asObject, type Fields } from '../../fields.ts';
import type { CanonicalResponse, Citation, FinishReason } from '../../model.ts';
import { ReplyFault } from '../../translate-contract.ts';

const fromWire: Record<string, FinishReason> = {
  end_turn: 'stop',
  stop_sequence: 'stop-sequence',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool-calls',
  content_filtered: 'refusal',
  guardrail_intervened: 'refusal',
};

export function finishReasonFromWire(reason: unknown): FinishReason {
  return fromWire[String(reason)] ?? 'stop';
}

/** Where a model tells which of the stop sequences it met; asked for with the call. */
export function stopSequenceOf(body: Fields): string | undefined {
  const told = (body['additionalModelResponseFields'] as Fields | null | undefined)?.['stop_sequence'];
  return typeof told === 'string' ? told : undefined;
}

export function decodeResponse(body: Fields): CanonicalResponse {
  try {
    const message = asObject(asObject(body['output'], 'output')['message'], 'output.message');
    const blocks = asArray(message['content'], 'output.message.content').map((item) =>
      asObject(item, 'output.message.content'),
    );
    const citations = citationsIn(blocks);
    const tier = (body['serviceTier'] as Fields | null | undefined)?.['type'];
    return {
      id: '',
      model: '',
      parts: blocks.flatMap(decodeBlock),
      finishReason: finishReasonFromWire(body['stopReason']),
      stopSequence: stopSequenceOf(body),
      serviceTier: typeof tier === 'string' ? tier : undefined,
      ...(citations.length > 0 && { citations }),
    };
  } catch (error) {
    throw new ReplyFault((error as Error).message);
  }
}

/** A block is an object with one member, named by its type. */
function decodeBlock(block: Fields): CanonicalResponse['parts'] {
  if (typeof block['text'] === 'string') return [{ type: 'text', text: block['text'] }];
  const call = block['toolUse'] as Fields | undefined;
  if (call !== undefined) {
    const args = JSON.stringify(call['input'] ?? {});
    return [
      { type: 'tool-call', id: String(call['toolUseId']), name: String(call['name']), arguments: args },
    ];
  }
  const reasoning = block['reasoningContent'] as Fields | undefined;
  if (reasoning !== undefined) return decodeReasoning(reasoning);
  const text = citedText(block['citationsContent']);
  return text === '' ? [] : [{ type: 'text', text }];
}

/** Of a block with citations, whose pieces are one text. */
function citedText(cited: unknown): string {
  const pieces = (cited as Fields | undefined)?.['content'];
  if (!Array.isArray(pieces)) return '';
  return pieces.map((piece) => String(asObject(piece, 'citationsContent')['text'] ?? '')).join('');
}

function citationsIn(blocks: readonly Fields[]): Citation[] {
  let said = 0;
  return blocks.flatMap((block) => {
    const start = said;
    const cited = block['citationsContent'] as Fields | undefined;
    said += typeof block['text'] === 'string' ? block['text'].length : citedText(cited).length;
    return citationsOfBedrock(cited?.['citations'], { start, end: said });
  });
}

function decodeReasoning(reasoning: Fields): CanonicalResponse['parts'] {
  if (typeof reasoning['redactedContent'] === 'string')
    return [{ type: 'thinking', text: '', redacted: reasoning['redactedContent'] }];
  const { text, signature } = (reasoning['reasoningText'] ?? {}) as Fields;
  return [
    {
      type: 'thinking',
      text: String(text ?? ''),
      signature: typeof signature === 'string' ? signature : undefined,
    },
  ];
}
