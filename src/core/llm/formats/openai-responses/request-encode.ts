/** Canonical → a Responses request. Nothing is kept at the provider: each call carries the whole conversation. */
import { toDataUrl, urlOfImage } from '../../data-url.ts';
import type { Fields } from '../../fields.ts';
import type { CanonicalRequest, Message, Part, ToolChoice } from '../../model.ts';
import { openaiEffort, openaiSampling } from '../../reasoning-effort.ts';
import { refuseAnswers } from '../../several-answers.ts';
import { refuseSound, refuseSpeech } from '../../speech.ts';
import { reportUncarried, reportUnsampled, shortUser } from '../../uncarried.ts';
import { responsesSearch } from '../../web-search.ts';

export function encodeRequest(request: CanonicalRequest, drops: string[]): Fields {
  refuseSpeech(request);
  refuseAnswers(request);
  reportUncarried(request, drops);
  if (request.topK !== undefined) drops.push('top_k');
  if (request.stop.length > 0) drops.push('stop');
  reportUnsampled(request, drops);
  const instructions = request.system.map((part) => part.text).join('\n\n');
  const effort = openaiEffort(request, drops);
  const { temperature, topP } = openaiSampling(samplingOf(request), drops);
  return {
    model: request.model,
    instructions: instructions === '' ? undefined : instructions,
    input: request.messages.flatMap((message) => encodeMessage(message, drops)),
    ...encodeTools(request, drops),
    max_output_tokens: request.maxTokens,
    temperature,
    top_p: topP,
    user: shortUser(request, drops),
    service_tier: request.serviceTier,
    reasoning: effort === undefined ? undefined : { effort, summary: 'auto' },
    text: encodeTextFormat(request),
    include: request.logprobs === undefined ? undefined : ['message.output_text.logprobs'],
    top_logprobs: request.logprobs?.top || undefined,
    store: false,
    stream: request.stream ? true : undefined,
  };
}

/** Without what this API does not have. */
function samplingOf(request: CanonicalRequest): CanonicalRequest {
  return { ...request, stop: [], frequencyPenalty: undefined, presencePenalty: undefined };
}

/**
 * Items are a flat list: a turn's text becomes messages between its calls and results, in their order. Thinking that this
 * API did not make itself would be refused by it.
 */
function encodeMessage({ role, parts }: Message, drops: string[]): Fields[] {
  const items: Fields[] = [];
  let content: Fields[] = [];
  const flush = () => {
    if (content.length > 0) items.push({ type: 'message', role, content });
    content = [];
  };
  for (const part of parts) {
    if (part.type === 'thinking') {
      drops.push('thinking of earlier turns');
      continue;
    }
    const item = encodeItem(part);
    if (item === undefined) content.push(encodeContent(part, role));
    else {
      flush();
      items.push(item);
    }
  }
  flush();
  return items;
}

function encodeItem(part: Part): Fields | undefined {
  switch (part.type) {
    case 'tool-call':
      return { type: 'function_call', call_id: part.id, name: part.name, arguments: part.arguments };
    case 'tool-result': {
      const only = part.parts.length === 1 ? part.parts[0]! : undefined;
      const output = only?.type === 'text' ? only.text : part.parts.map((p) => encodeContent(p, 'user'));
      return { type: 'function_call_output', call_id: part.id, output };
    }
    default:
      return undefined;
  }
}

function encodeContent(part: Part, role: Message['role']): Fields {
  switch (part.type) {
    case 'text':
      return { type: role === 'assistant' ? 'output_text' : 'input_text', text: part.text };
    case 'image':
      return { type: 'input_image', image_url: urlOfImage(part), detail: part.detail };
    case 'audio':
      return refuseSound(part);
    case 'document': {
      const { source, name } = part;
      if (source.type === 'text') return { type: 'input_text', text: source.text };
      if (source.type === 'url') return { type: 'input_file', filename: name, file_url: source.url };
      return { type: 'input_file', filename: name ?? 'document', file_data: toDataUrl(source) };
    }
    default:
      return {};
  }
}

function encodeTools(request: CanonicalRequest, drops: string[]): Fields {
  const { webSearch, toolChoice } = request;
  const functions = request.tools.map(({ strict, cacheControl: _, ...tool }) => ({
    type: 'function',
    ...tool,
    strict: strict ?? false,
  }));
  const tools = webSearch === undefined ? functions : [...functions, responsesSearch(webSearch, drops)];
  // A choice among none is refused.
  if (tools.length === 0) return {};
  return {
    tools,
    tool_choice: toolChoice === undefined ? undefined : encodeToolChoice(toolChoice),
    parallel_tool_calls: request.parallelToolCalls,
    // No other of these tools is OpenAI's.
    max_tool_calls: webSearch?.maxUses,
  };
}

function encodeToolChoice(choice: ToolChoice): unknown {
  if (choice.type === 'web-search') return { type: 'web_search' };
  return choice.type === 'tool' ? { type: 'function', name: choice.name } : choice.type;
}

function encodeTextFormat({ responseFormat }: CanonicalRequest): Fields | undefined {
  return responseFormat === undefined ? undefined : { format: responseFormat };
}
