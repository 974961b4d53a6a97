/** Canonical → a chat completions request. */
import { textOfFile, toDataUrl, urlOfImage } from '../../data-url.ts';
import type { Fields } from '../../fields.ts';
import type { CanonicalRequest, Message, Part, ToolChoice, ToolResultPart } from '../../model.ts';
import { openaiEffort, openaiSampling } from '../../reasoning-effort.ts';
import { chatSpeech, inputAudio } from '../../speech.ts';
import { reportUncarried, shortUser } from '../../uncarried.ts';
import { chatSearch } from '../../web-search.ts';

export function encodeRequest(request: CanonicalRequest, drops: string[]): Fields {
  reportUncarried(request, drops);
  if (request.topK !== undefined) drops.push('top_k');
  const { temperature, topP, stop, ...penalties } = openaiSampling(request, drops);
  const { logprobs, seed } = request;
  const body: Fields = {
    model: request.model,
    messages: encodeMessages(request, drops),
    max_completion_tokens: request.maxTokens,
    temperature,
    top_p: topP,
    stop,
    seed,
    n: request.answers?.count,
    frequency_penalty: penalties.frequencyPenalty,
    presence_penalty: penalties.presencePenalty,
    logprobs: logprobs === undefined ? undefined : true,
    // Zero is what it is without.
    top_logprobs: logprobs?.top || undefined,
    user: shortUser(request, drops),
    service_tier: request.serviceTier,
    tools:
      request.tools.length === 0
        ? undefined
        : request.tools.map(({ strict, cacheControl: _, ...tool }) => ({
            type: 'function',
            function: { ...tool, strict },
          })),
    tool_choice: request.tools.length === 0 ? undefined : encodeToolChoice(request.toolChoice),
    web_search_options: request.webSearch && chatSearch(request.webSearch, request.model, drops),
    // Refused where there are no tools.
    parallel_tool_calls: request.tools.length === 0 ? undefined : request.parallelToolCalls,
    reasoning_effort: openaiEffort(request, drops),
    response_format: encodeResponseFormat(request),
    ...(request.speech && chatSpeech(request.speech, drops)),
  };
  if (request.stream) {
    body['stream'] = true;
    body['stream_options'] = { include_usage: true };
  }
  return body;
}

function encodeMessages(request: CanonicalRequest, drops: string[]): Fields[] {
  const system = request.system.map((part) => part.text).join('\n\n');
  const messages: Fields[] = system === '' ? [] : [{ role: 'system', content: system }];
  for (const message of request.messages) messages.push(...encodeMessage(message, drops));
  return messages;
}

/** Tool results come first: OpenAI wants them right behind the calls they answer. */
function encodeMessage(message: Message, drops: string[]): Fields[] {
  if (message.role === 'assistant') return [encodeAssistant(message.parts, drops)];
  const results: Fields[] = [];
  const content: Fields[] = [];
  for (const part of message.parts) {
    if (part.type === 'tool-result') {
      results.push({ role: 'tool', tool_call_id: part.id, content: textOf(part) });
      content.push(...shownInstead(part, drops));
    } else content.push(...encodeUserPart(part, drops));
  }
  if (content.length === 0) return results;
  const only = content.length === 1 && content[0]!['type'] === 'text' ? content[0]!['text'] : content;
  return [...results, { role: 'user', content: only }];
}

function textOf({ parts }: ToolResultPart): string {
  return parts
    .map((part) => {
      if (part.type === 'text') return part.text;
      return part.type === 'document' && part.source.type === 'text' ? part.source.text : `[${part.type}]`;
    })
    .join('\n');
}

/** What a tool answers is text here. Its pictures and files are shown by the user, right behind. */
function shownInstead({ id, parts }: ToolResultPart, drops: string[]): Fields[] {
  const shown = parts
    .filter((part) => part.type === 'image' || (part.type === 'document' && part.source.type !== 'text'))
    .flatMap((part) => encodeUserPart(part, drops));
  if (shown.length === 0) return [];
  drops.push('pictures and files in the output of tools (shown by the user)');
  return [{ type: 'text', text: `Of the output of ${id}:` }, ...shown];
}

function encodeUserPart(part: Part, drops: string[]): Fields[] {
  if (part.type === 'text') return [{ type: 'text', text: part.text }];
  if (part.type === 'image') {
    return [{ type: 'image_url', image_url: { url: urlOfImage(part), detail: part.detail } }];
  }
  if (part.type === 'audio') return [{ type: 'input_audio', input_audio: inputAudio(part) }];
  if (part.type !== 'document') return [];
  const { source } = part;
  if (source.type === 'text') return [{ type: 'text', text: source.text }];
  if (source.type === 'url') {
    drops.push('document by URL');
    return [];
  }
  // Files of the API are PDFs.
  const text = textOfFile(source);
  if (text !== undefined) return [{ type: 'text', text }];
  const file_data = toDataUrl(source);
  return [{ type: 'file', file: { filename: part.name ?? 'document', file_data } }];
}

function encodeAssistant(parts: readonly Part[], drops: string[]): Fields {
  const text = parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('');
  const calls = parts.flatMap((part) =>
    part.type === 'tool-call'
      ? [{ id: part.id, type: 'function', function: { name: part.name, arguments: part.arguments } }]
      : [],
  );
  const thoughts = parts.filter((part) => part.type === 'thinking');
  // What nobody signed was said by a model of this API, and belongs to the calls that it led to.
  const own = calls.length > 0 && thoughts.every((part) => (part.signature ?? part.redacted) === undefined);
  if (thoughts.length > 0 && !own) drops.push('thinking of earlier turns');
  const message: Fields = { role: 'assistant', content: text === '' && calls.length > 0 ? null : text };
  if (own && thoughts.length > 0) message['reasoning_content'] = thoughts.map((part) => part.text).join('');
  if (calls.length > 0) message['tool_calls'] = calls;
  return message;
}

/** A model that searches does it with every call. */
function encodeToolChoice(choice: ToolChoice | undefined): unknown {
  if (choice === undefined || choice.type === 'web-search') return undefined;
  return choice.type === 'tool' ? { type: 'function', function: { name: choice.name } } : choice.type;
}

function encodeResponseFormat({ responseFormat }: CanonicalRequest): Fields | undefined {
  if (responseFormat === undefined || responseFormat.type === 'json_object') return responseFormat;
  const { name, schema, strict } = responseFormat;
  return { type: 'json_schema', json_schema: { name, schema, strict } };
}
