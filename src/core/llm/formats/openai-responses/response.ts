/** Whole Responses answers, and the items that streams are made of too. */
import { citationsOfOpenai, citationsWithin, isWeb, urlCitation } from '../../citations.ts';
import { asArray, asObject, type Fields } from '../../fields.ts';
import type { AnswerContext } from '../../format.ts';
import { logprobsOfOpenai, openaiLogprobs } from '../../logprobs.ts';
import type { CanonicalResponse, Citation, FinishReason, TextPart, ThinkingPart } from '../../model.ts';
import { type OfferedTool, offeredTools } from '../../responses-tools.ts';
import { sealThinking, unsealThinking } from '../../thinking-seal.ts';
import { ReplyFault } from '../../translate-contract.ts';
import type { Usage } from '../../usage.ts';
import { encodeUsage } from './usage.ts';

/** Another provider's id in this API's form. */
export function responseId(id: string): string {
  return id.startsWith('resp_') ? id : `resp_${id.replace(/^(msg_|chatcmpl-)/, '')}`;
}

export function itemId(kind: 'msg' | 'fc' | 'ctc' | 'rs', response: string, index: number): string {
  return `${kind}_${response.slice(response.indexOf('_') + 1)}_${index}`;
}

export function messageItem(id: string, status: string, part: Fields): Fields {
  return { id, type: 'message', status, role: 'assistant', content: [part] };
}

export function textPart({ text, logprobs }: Omit<TextPart, 'type'>, annotations: Fields[] = []): Fields {
  return { type: 'output_text', text, annotations, logprobs: logprobs ? openaiLogprobs(logprobs) : [] };
}

export function summaryPart(text: string): Fields {
  return { type: 'summary_text', text };
}

export function reasoningItem(id: string, part: ThinkingPart): Fields {
  const summary = part.text === '' ? [] : [summaryPart(part.text)];
  return { id, type: 'reasoning', summary, encrypted_content: sealThinking(part) };
}

export interface ItemCall {
  id: string;
  name: string;
  arguments: string;
}

/** `tool`: as the client offered it. */
export function callItem(id: string, call: ItemCall, tool: OfferedTool | undefined, status: string): Fields {
  const { id: call_id } = call;
  const name = tool?.name ?? call.name;
  const namespace = tool?.namespace;
  if (tool?.custom === true)
    return {
      id,
      type: 'custom_tool_call',
      status,
      call_id,
      name,
      namespace,
      input: freeText(call.arguments),
    };
  return { id, type: 'function_call', status, call_id, name, namespace, arguments: call.arguments };
}

function freeText(text: string): string {
  try {
    const { input } = JSON.parse(text) as Fields;
    return typeof input === 'string' ? input : text;
  } catch {
    return text;
  }
}

/** The answer without its output: what was asked for is repeated, as the API does. */
export function envelope(id: string, model: string, { request, nowSeconds }: AnswerContext): Fields {
  const asked = (field: string, otherwise: unknown) => request[field] ?? otherwise;
  const reasoning = asked('reasoning', {}) as Fields;
  return {
    id,
    object: 'response',
    created_at: nowSeconds,
    status: 'in_progress',
    background: false,
    error: null,
    incomplete_details: null,
    instructions: asked('instructions', null),
    max_output_tokens: asked('max_output_tokens', null),
    model,
    output: [],
    parallel_tool_calls: asked('parallel_tool_calls', true),
    previous_response_id: null,
    reasoning: { effort: reasoning['effort'] ?? null, summary: reasoning['summary'] ?? null },
    store: false,
    temperature: asked('temperature', null),
    text: asked('text', { format: { type: 'text' } }),
    tool_choice: asked('tool_choice', 'auto'),
    tools: asked('tools', []),
    top_p: asked('top_p', null),
    truncation: 'disabled',
    usage: null,
    user: asked('user', null),
    metadata: asked('metadata', {}),
  };
}

/** How an answer that ended is told: its status, and why it is incomplete. */
export function outcome(reason: FinishReason): { status: string; incomplete_details: Fields | null } {
  if (reason === 'length')
    return { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } };
  if (reason === 'refusal') return { status: 'incomplete', incomplete_details: { reason: 'content_filter' } };
  return { status: 'completed', incomplete_details: null };
}

export function encodeResponse(response: CanonicalResponse, usage: Usage, context: AnswerContext): string {
  const id = responseId(response.id);
  const tools = offeredTools(context.request);
  const { status, incomplete_details } = outcome(response.finishReason);
  const parts = joinTexts(response.parts);
  const last = parts.findLast((part) => part.type === 'text');
  let said = 0;
  const output = parts.map((part, index) => {
    if (part.type === 'text') {
      const start = said;
      said += part.text.length;
      const cited = citationsWithin(response.citations, { start, end: said, rest: part === last });
      const annotations = cited.filter(isWeb).map((citation) => urlCitation(citation, start));
      return messageItem(itemId('msg', id, index), status, textPart(part, annotations));
    }
    if (part.type === 'thinking') return reasoningItem(itemId('rs', id, index), part);
    const tool = tools.get(part.name);
    return callItem(itemId(tool?.custom ? 'ctc' : 'fc', id, index), part, tool, 'completed');
  });
  return JSON.stringify({
    ...envelope(id, response.model, context),
    status,
    incomplete_details,
    output,
    usage: encodeUsage(usage),
  });
}

/** Blocks of text that stand beside each other are one message, as in a stream. */
function joinTexts(parts: CanonicalResponse['parts']): CanonicalResponse['parts'] {
  const joined: CanonicalResponse['parts'] = [];
  for (const part of parts) {
    const before = joined.at(-1);
    if (part.type !== 'text' || before?.type !== 'text') joined.push(part);
    else {
      const logprobs = [...(before.logprobs ?? []), ...(part.logprobs ?? [])];
      const text = before.text + part.text;
      joined[joined.length - 1] = { type: 'text', text, ...(logprobs.length > 0 && { logprobs }) };
    }
  }
  return joined;
}

export function decodeResponse(body: Fields): CanonicalResponse {
  try {
    const output = asArray(body['output'], 'output').map((item) => asObject(item, 'output'));
    const parts = output.flatMap(decodeItem);
    return {
      id: String(body['id'] ?? ''),
      model: String(body['model'] ?? ''),
      parts,
      finishReason: finishReasonOf(
        body,
        hasRefusal(output),
        parts.some(({ type }) => type === 'tool-call'),
      ),
      serviceTier: typeof body['service_tier'] === 'string' ? body['service_tier'] : undefined,
      ...citationsIn(output),
    };
  } catch (error) {
    throw new ReplyFault((error as Error).message);
  }
}

export function finishReasonOf(body: Fields, refused: boolean, called: boolean): FinishReason {
  const details = body['incomplete_details'] as Fields | null | undefined;
  if (details?.['reason'] === 'max_output_tokens') return 'length';
  if (refused || details?.['reason'] === 'content_filter') return 'refusal';
  return called ? 'tool-calls' : 'stop';
}

function citationsIn(output: readonly Fields[]): { citations?: Citation[] } {
  let offset = 0;
  const citations = output.flatMap(contentOf).flatMap((part) => {
    const found = citationsOfOpenai(part['annotations'], offset);
    offset += String(part['text'] ?? '').length;
    return found;
  });
  return citations.length === 0 ? {} : { citations };
}

function hasRefusal(output: readonly Fields[]): boolean {
  return output.some((item) => contentOf(item).some((part) => part['type'] === 'refusal'));
}

function contentOf(item: Fields): Fields[] {
  return Array.isArray(item['content']) ? (item['content'] as Fields[]) : [];
}

export function decodeItem(item: Fields): CanonicalResponse['parts'] {
  switch (item['type']) {
    case 'message':
      return contentOf(item).map((part) => {
        const logprobs = logprobsOfOpenai(part['logprobs']);
        const text = String(part['text'] ?? part['refusal'] ?? '');
        return { type: 'text', text, ...(logprobs && { logprobs }) };
      });
    case 'function_call':
      return [
        {
          type: 'tool-call',
          id: String(item['call_id']),
          name: String(item['name']),
          arguments: String(item['arguments'] ?? ''),
        },
      ];
    case 'reasoning': {
      const summary = (Array.isArray(item['summary']) ? item['summary'] : []) as Fields[];
      const text = summary.map((part) => String(part['text'] ?? '')).join('\n\n');
      const part = unsealThinking(text, item['encrypted_content']);
      return part.text === '' && part.redacted === undefined && part.signature === undefined ? [] : [part];
    }
    default:
      return [];
  }
}
