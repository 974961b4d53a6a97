/**
 * What OpenAI's tokenizer is given of a call, and what is added for the frame around it. OpenAI writes 3 tokens to a message, one for
 * its role, one for a name, and 3 before the answer; how it writes tools and schemas is not said, but their JSON is longer. All of it
 * is taken with room, so that the sum is never too small.
 */
import type { Api } from '../api.ts';
import type { Fields } from '../fields.ts';
import { listOf, onlyHas } from './only-text.ts';

const aroundCall = 16;
const aroundMessage = 8;
const aroundPart = 2;
const aroundTool = 16;
const aroundTools = 32;
const aroundSchema = 64;

interface Texts {
  texts: string[];
  framing: number;
}

/** Undefined: not all that the model will read is a text of this request. */
export function openAiTexts(api: Api, body: Fields): Texts | undefined {
  const found: Texts = { texts: [], framing: aroundCall };
  const read = api === 'Completions' ? readChat(body, found) : api === 'Responses' && readItems(body, found);
  return read ? found : undefined;
}

const common =
  'model tools tool_choice parallel_tool_calls stream stream_options temperature top_p user metadata store service_tier ' +
  'safety_identifier prompt_cache_key prompt_cache_retention top_logprobs';
const chatMembers = new Set(
  `${common} messages max_tokens max_completion_tokens n stop seed logprobs presence_penalty frequency_penalty logit_bias
  response_format reasoning_effort verbosity`.split(/\s+/),
);
const messageMembers = new Set(['role', 'content', 'name', 'tool_calls', 'tool_call_id', 'refusal']);

function readChat(body: Fields, found: Texts): boolean {
  return (
    onlyHas(body, chatMembers) &&
    Array.isArray(body['messages']) &&
    listOf(body['messages']).every((message) => readMessage(message, found)) &&
    readTools(body['tools'], found) &&
    readSchema(body['response_format'], found)
  );
}

function readMessage(message: Fields, found: Texts): boolean {
  found.framing += aroundMessage;
  addText(message['name'], found);
  addText(message['refusal'], found);
  addText(message['tool_call_id'], found);
  return (
    onlyHas(message, messageMembers) &&
    readContent(message['content'], found) &&
    listOf(message['tool_calls']).every((call) => readCall(call, found))
  );
}

function readCall(call: Fields, found: Texts): boolean {
  const { name, arguments: given } = (call['function'] ?? {}) as Fields;
  found.framing += aroundTool;
  addText(call['id'], found);
  addText(name, found);
  addText(given, found);
  return call['type'] === 'function';
}

const textParts = new Set(['text', 'input_text', 'output_text', 'refusal']);

function readContent(content: unknown, found: Texts): boolean {
  if (content === undefined || content === null) return true;
  if (typeof content === 'string') return addText(content, found);
  return (
    Array.isArray(content) &&
    listOf(content).every((part) => {
      found.framing += aroundPart;
      addText(part['text'], found);
      addText(part['refusal'], found);
      return textParts.has(String(part['type']));
    })
  );
}

function readTools(tools: unknown, found: Texts): boolean {
  if (tools === undefined || tools === null) return true;
  found.framing += aroundTools;
  return (
    Array.isArray(tools) &&
    listOf(tools).every((tool) => {
      found.framing += aroundTool;
      found.texts.push(JSON.stringify(tool));
      return tool['type'] === 'function';
    })
  );
}

function readSchema(format: unknown, found: Texts): boolean {
  if (format === undefined || format === null) return true;
  found.framing += aroundSchema;
  found.texts.push(JSON.stringify(format));
  return true;
}

const responsesMembers = new Set(
  `${common} input instructions text max_output_tokens reasoning include truncation`.split(' '),
);
const itemMembers = new Set('type id status role content name arguments call_id output phase'.split(' '));
const items = new Set(['message', 'function_call', 'function_call_output']);

function readItems(body: Fields, found: Texts): boolean {
  const { input, instructions, text } = body;
  found.framing += 2 * aroundMessage;
  const given =
    typeof input === 'string' ? addText(input, found) : listOf(input).every((item) => readItem(item, found));
  return (
    given &&
    onlyHas(body, responsesMembers) &&
    readContent(instructions, found) &&
    readTools(body['tools'], found) &&
    readSchema((text as Fields | undefined)?.['format'], found)
  );
}

function readItem(item: Fields, found: Texts): boolean {
  found.framing += aroundTool;
  for (const name of ['name', 'arguments', 'call_id']) addText(item[name], found);
  return (
    onlyHas(item, itemMembers) &&
    items.has(String(item['type'] ?? 'message')) &&
    readContent(item['content'], found) &&
    readContent(item['output'], found)
  );
}

/** Of another kind than text it is refused by the provider. */
function addText(value: unknown, { texts }: Texts): true {
  if (typeof value === 'string' && value !== '') texts.push(value);
  return true;
}
