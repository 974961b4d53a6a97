/** Whole Converse answers. They tell neither an id nor the model. */
import { asArray, asObject, type Fields } from '../../fields.ts';
import type { CanonicalResponse, FinishReason } from '../../model.ts';
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
    const tier = (body['serviceTier'] as Fields | null | undefined)?.['type'];
    return {
      id: '',
      model: '',
      parts: asArray(message['content'], 'output.message.content').flatMap((item) =>
        decodeBlock(asObject(item, 'output.message.content')),
      ),
      finishReason: finishReasonFromWire(body['stopReason']),
      stopSequence: stopSequenceOf(body),
      serviceTier: typeof tier === 'string' ? tier : undefined,
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
  const cited = (block['citationsContent'] as Fields | undefined)?.['content'];
  return Array.isArray(cited) ? cited.flatMap((item) => decodeBlock(asObject(item, 'citationsContent'))) : [];
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
