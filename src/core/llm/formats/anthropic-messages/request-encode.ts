/** Canonical → a Messages request. */
import { textOfFile } from '../../data-url.ts';
import { thinkingSampling } from '../../extended-thinking.ts';
import { FieldFault, type Fields } from '../../fields.ts';
import { refuseLogprobs } from '../../logprobs.ts';
import type {
  CanonicalRequest,
  DocumentPart,
  ImagePart,
  Message,
  Part,
  TextPart,
  ToolChoice,
} from '../../model.ts';
import { refuseAnswers } from '../../several-answers.ts';
import { refuseSound, refuseSpeech } from '../../speech.ts';
import { isOfGemini } from '../../thinking-seal.ts';
import { closedSchema } from '../../tool-schemas.ts';
import { reportOfOpenai, reportUnsampled } from '../../uncarried.ts';
import { anthropicSearch, withoutSearch } from '../../web-search.ts';

/** What Anthropic requires and OpenAI's clients often leave out (agentgateway's choice, documented). */
const defaultMaxTokens = 4_096;
const jsonOnly: TextPart = { type: 'text', text: 'Answer with one JSON object and nothing else.' };

export function encodeRequest(request: CanonicalRequest, drops: string[]): Fields {
  refuseLogprobs(request);
  refuseSpeech(request);
  refuseAnswers(request);
  reportUnsampled(request, drops);
  reportOfOpenai(request, drops);
  const system = request.system.filter(({ text }) => text.trim() !== '');
  if (request.responseFormat?.type === 'json_object') {
    system.push(jsonOnly);
    drops.push('response_format (asked for in the system prompt)');
  }
  const maxTokens = request.maxTokens ?? defaultMaxTokens;
  const body: Fields = {
    model: request.model,
    max_tokens: maxTokens,
    system: system.length === 0 ? undefined : system.map(encodeText),
    messages: encodeMessages(request.messages, drops),
    stop_sequences: request.stop.length === 0 ? undefined : request.stop,
    ...encodeSampling(request, maxTokens, drops),
    metadata: request.user === undefined ? undefined : { user_id: request.user },
    ...encodeTools(request, drops),
  };
  // The vendor's own has limits of number and complexity that others' clients know nothing of.
  if (request.tools.some(({ strict }) => strict === true)) drops.push('tools.strict');
  if (request.responseFormat?.type === 'json_schema') {
    const closed = closedSchema(request.responseFormat.schema);
    if (closed !== undefined) drops.push('response_format (objects take no further members)');
    const format = { type: 'json_schema', schema: closed ?? request.responseFormat.schema };
    body['output_config'] = { ...(body['output_config'] as Fields | undefined), format };
  }
  if (request.stream) body['stream'] = true;
  return body;
}

function encodeSampling(request: CanonicalRequest, maxTokens: number, drops: string[]): Fields {
  const { temperature, topP, topK, thinking, effort } = thinkingSampling(request, maxTokens, drops);
  const output_config = effort === undefined ? undefined : { effort };
  return { top_p: topP, top_k: topK, temperature, thinking, output_config };
}

function encodeTools(request: CanonicalRequest, drops: string[]): Fields {
  const webSearch = searchOf(request, drops);
  if (request.tools.length === 0 && webSearch === undefined) return {};
  const choice =
    request.toolChoice ?? (request.parallelToolCalls === false ? { type: 'auto' as const } : undefined);
  return {
    tools: [
      ...request.tools.map((tool) => ({
        name: tool.name,
        description: tool.description,
        input_schema: tool.parameters,
        cache_control: tool.cacheControl,
      })),
      ...(webSearch === undefined ? [] : [anthropicSearch(webSearch, drops)]),
    ],
    tool_choice: choice === undefined ? undefined : encodeToolChoice(choice, request.parallelToolCalls),
  };
}

/** Its name is the API's own: a client's tool of the same does it then. */
function searchOf({ webSearch, tools }: CanonicalRequest, drops: string[]): CanonicalRequest['webSearch'] {
  if (webSearch === undefined || tools.every(({ name }) => name !== 'web_search')) return webSearch;
  withoutSearch(webSearch, drops, ' beside a tool of that name');
  return undefined;
}

function encodeToolChoice(choice: ToolChoice, parallel: boolean | undefined): Fields {
  const disable_parallel_tool_use = parallel === false && choice.type !== 'none' ? true : undefined;
  if (choice.type === 'web-search') return { type: 'tool', name: 'web_search', disable_parallel_tool_use };
  if (choice.type === 'tool') return { type: 'tool', name: choice.name, disable_parallel_tool_use };
  return { type: choice.type === 'required' ? 'any' : choice.type, disable_parallel_tool_use };
}

function encodeMessages(messages: readonly Message[], drops: string[]): Fields[] {
  return messages.flatMap((message, index) => {
    const content = resultsFirst(message.parts).flatMap((part) => encodePart(part, index, drops));
    // A turn without content is refused by the API and says nothing.
    return content.length === 0 ? [] : [{ role: message.role, content }];
  });
}

/** The API refuses results of tools that stand behind anything else. */
function resultsFirst(parts: readonly Part[]): readonly Part[] {
  const isResult = ({ type }: Part) => type === 'tool-result';
  if (!parts.some(isResult) || parts.every(isResult)) return parts;
  return [...parts.filter(isResult), ...parts.filter((part) => !isResult(part))];
}

/** Other vendors' ids have dots and colons. */
function idOf({ id }: { id: string }): string {
  return id.replace(/[^a-zA-Z0-9_-]/g, '_');
}

function encodePart(part: Part, message: number, drops: string[]): Fields[] {
  switch (part.type) {
    case 'text':
      // Blank text is refused.
      return part.text.trim() === '' ? [] : [encodeText(part)];
    case 'image':
      return [{ type: 'image', source: encodeSource(part.source), cache_control: part.cacheControl }];
    case 'audio':
      return refuseSound(part);
    case 'document':
      return [
        {
          type: 'document',
          title: part.name,
          source: encodeSource(part.source),
          context: part.context,
          citations: part.citations === true ? { enabled: true } : undefined,
          cache_control: part.cacheControl,
        },
      ];
    case 'tool-call':
      return [
        {
          type: 'tool_use',
          id: idOf(part),
          name: part.name,
          input: parseArguments(part.arguments, message),
          cache_control: part.cacheControl,
        },
      ];
    case 'tool-result':
      return [
        {
          type: 'tool_result',
          tool_use_id: idOf(part),
          content: part.parts.flatMap((inner) => encodePart(inner, message, drops)),
          is_error: part.isError,
          cache_control: part.cacheControl,
        },
      ];
    case 'thinking':
      if (isOfGemini(part) || (part.redacted === undefined && part.signature === undefined)) {
        drops.push('thinking of earlier turns that another provider made');
        return [];
      }
      return part.redacted === undefined
        ? [{ type: 'thinking', thinking: part.text, signature: part.signature }]
        : [{ type: 'redacted_thinking', data: part.redacted }];
  }
}

function encodeText(part: TextPart): Fields {
  return { type: 'text', text: part.text, cache_control: part.cacheControl };
}

function encodeSource(source: ImagePart['source'] | DocumentPart['source']): Fields {
  if (source.type === 'url') return { type: 'url', url: source.url };
  if (source.type === 'text') return { type: 'text', media_type: 'text/plain', data: source.text };
  const text = textOfFile(source);
  if (text !== undefined) return { type: 'text', media_type: 'text/plain', data: text };
  return { type: 'base64', media_type: source.mediaType, data: source.data };
}

function parseArguments(text: string, message: number): unknown {
  try {
    return text.trim() === '' ? {} : JSON.parse(text);
  } catch {
    throw new FieldFault(
      `messages[${message}].tool_calls`,
      'the arguments of a tool call are not valid JSON',
    );
  }
}
