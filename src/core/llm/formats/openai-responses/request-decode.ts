/** A Responses request → canonical. */
import {
  asArray,
  asBoolean,
  asCount,
  asNumber,
  asObject,
  asString,
  FieldFault,
  type Fields,
  optional,
} from '../../fields.ts';
import type { CanonicalRequest, Tool, ToolChoice } from '../../model.ts';
import { decodeEffort } from '../../reasoning-effort.ts';
import { decodeTools, flatName } from '../../responses-tools.ts';
import { serviceTierAsked } from '../../uncarried.ts';
import { decodeInput } from './messages-decode.ts';

/** `metadata` comes back in the answer; `include` and `store` are looked at below. */
export const carried: ReadonlySet<string> = new Set([
  'model',
  'input',
  'instructions',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'max_output_tokens',
  'temperature',
  'top_p',
  'stream',
  'stream_options',
  'user',
  'safety_identifier',
  'service_tier',
  'reasoning',
  'text',
  'metadata',
  'include',
  'store',
  'background',
  'top_logprobs',
]);

export function decodeRequest(body: Fields, drops: string[]): CanonicalRequest {
  reduce(body, drops);
  const instructions = optional(body['instructions'], 'instructions', asString);
  const input = decodeInput(body['input'], drops);
  const { system, messages, tools: added } = input;
  const allTools = [...decodeTools(body['tools'], 'tools', input), ...added];
  const { webSearch } = input;
  const { choice, tools } = decodeToolChoice(body['tool_choice'], allTools, webSearch !== undefined);
  const reasoning = optional(body['reasoning'], 'reasoning', asObject);
  const user = body['user'] ?? body['safety_identifier'];
  return {
    model: optional(body['model'], 'model', asString) ?? '',
    system: instructions ? [{ type: 'text', text: instructions }, ...system] : system,
    messages,
    tools,
    toolChoice: choice,
    webSearch,
    parallelToolCalls: optional(body['parallel_tool_calls'], 'parallel_tool_calls', asBoolean),
    maxTokens: optional(body['max_output_tokens'], 'max_output_tokens', asCount),
    temperature: optional(body['temperature'], 'temperature', asNumber),
    topP: optional(body['top_p'], 'top_p', asNumber),
    logprobs: decodeLogprobs(body),
    stop: [],
    stream: optional(body['stream'], 'stream', asBoolean) ?? false,
    includeUsage: true,
    user: optional(user, 'user', asString),
    ...serviceTierAsked(optional(body['service_tier'], 'service_tier', asString)),
    thinking: decodeEffort(reasoning?.['effort'], 'reasoning.effort'),
    responseFormat: decodeTextFormat(optional(body['text'], 'text', asObject)),
  };
}

/** State that OpenAI keeps for the client is nowhere else: an error. Comforts are dropped, and named. */
function reduce(body: Fields, drops: string[]): void {
  for (const field of ['previous_response_id', 'conversation', 'prompt']) {
    if (body[field] !== undefined && body[field] !== null)
      throw new FieldFault(field, 'this provider keeps no state: send the whole conversation in input');
  }
  if (body['background'] === true) throw new FieldFault('background', 'this provider answers at once only');
  if (body['store'] === true) drops.push('store');
  for (const item of optional(body['include'], 'include', asArray) ?? [])
    if (item !== 'reasoning.encrypted_content' && item !== includedLogprobs)
      drops.push(`include ${String(item)}`);
  const text = optional(body['text'], 'text', asObject);
  if (text?.['verbosity'] !== undefined && text['verbosity'] !== null) drops.push('text.verbosity');
}

const includedLogprobs = 'message.output_text.logprobs';

/** How many is enough of a wish. */
function decodeLogprobs(body: Fields): CanonicalRequest['logprobs'] {
  const top = optional(body['top_logprobs'], 'top_logprobs', asCount) ?? 0;
  const included = Array.isArray(body['include']) && body['include'].includes(includedLogprobs);
  if (top > 0) return { top, path: 'top_logprobs' };
  return included ? { top, path: 'include' } : undefined;
}

function decodeToolChoice(
  value: unknown,
  tools: Tool[],
  searches: boolean,
): { choice?: ToolChoice; tools: Tool[] } {
  if (value === undefined || value === null) return { tools };
  if (value === 'auto' || value === 'none' || value === 'required') return { choice: { type: value }, tools };
  const choice = asObject(value, 'tool_choice');
  if (choice['type'] === 'function' || choice['type'] === 'custom')
    return { choice: { type: 'tool', name: nameOf(choice, 'tool_choice') }, tools };
  if (searches && String(choice['type']).startsWith('web_search'))
    return { choice: { type: 'web-search' }, tools };
  if (choice['type'] !== 'allowed_tools')
    throw new FieldFault('tool_choice.type', `"${String(choice['type'])}" runs at OpenAI only`);
  const allowed = asArray(choice['tools'], 'tool_choice.tools').map((tool, index) => {
    const path = `tool_choice.tools[${index}]`;
    return nameOf(asObject(tool, path), path);
  });
  return {
    choice: { type: choice['mode'] === 'required' ? 'required' : 'auto' },
    tools: tools.filter(({ name }) => allowed.includes(name)),
  };
}

function nameOf(tool: Fields, path: string): string {
  return flatName(tool['namespace'], asString(tool['name'], `${path}.name`));
}

function decodeTextFormat(text: Fields | undefined): CanonicalRequest['responseFormat'] {
  const format = optional(text?.['format'], 'text.format', asObject);
  if (format === undefined || format['type'] === 'text') return undefined;
  if (format['type'] === 'json_object') return { type: 'json_object' };
  if (format['type'] !== 'json_schema')
    throw new FieldFault('text.format.type', 'must be text, json_object or json_schema');
  return {
    type: 'json_schema',
    name: asString(format['name'], 'text.format.name'),
    schema: asObject(format['schema'], 'text.format.schema'),
    strict: optional(format['strict'], 'text.format.strict', asBoolean),
  };
}
