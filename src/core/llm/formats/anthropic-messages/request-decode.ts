/** A Messages request → canonical. */
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
import type { CanonicalRequest, TextPart, Tool, ToolChoice } from '../../model.ts';
import { decodeEffort } from '../../reasoning-effort.ts';
import { takesStrict } from '../../tool-schemas.ts';
import { reportOthers } from '../../uncarried.ts';
import { isAnthropicSearch, searchOfAnthropic } from '../../web-search.ts';
import { decodeMessages } from './messages-decode.ts';

export const carried: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'system',
  'tools',
  'tool_choice',
  'max_tokens',
  'temperature',
  'top_p',
  'top_k',
  'stop_sequences',
  'stream',
  'metadata',
  'thinking',
  'output_config',
]);

export function decodeRequest(body: Fields, drops: string[]): CanonicalRequest {
  const { tools, webSearch } = decodeTools(optional(body['tools'], 'tools', asArray) ?? [], drops);
  const choice = optional(body['tool_choice'], 'tool_choice', asObject);
  const output = optional(body['output_config'], 'output_config', asObject);
  const { system, messages } = decodeMessages(body['messages'], drops);
  return {
    model: optional(body['model'], 'model', asString) ?? '',
    system: [...decodeSystem(body['system']), ...system],
    messages,
    tools,
    toolChoice: choice === undefined ? undefined : decodeToolChoice(choice, webSearch),
    webSearch,
    parallelToolCalls: choice?.['disable_parallel_tool_use'] === true ? false : undefined,
    maxTokens: optional(body['max_tokens'], 'max_tokens', asCount),
    temperature: optional(body['temperature'], 'temperature', asNumber),
    topP: optional(body['top_p'], 'top_p', asNumber),
    topK: optional(body['top_k'], 'top_k', asNumber),
    stop: (optional(body['stop_sequences'], 'stop_sequences', asArray) ?? []).map((item, index) =>
      asString(item, `stop_sequences[${index}]`),
    ),
    stream: optional(body['stream'], 'stream', asBoolean) ?? false,
    includeUsage: true,
    user: optional(
      optional(body['metadata'], 'metadata', asObject)?.['user_id'],
      'metadata.user_id',
      asString,
    ),
    thinking: decodeThinking(optional(body['thinking'], 'thinking', asObject), output, drops),
    responseFormat: decodeOutput(output),
  };
}

function decodeSystem(value: unknown): TextPart[] {
  if (value === undefined || value === null) return [];
  if (typeof value === 'string') return value === '' ? [] : [{ type: 'text', text: value }];
  return asArray(value, 'system').map((item, index) => {
    const part = asObject(item, `system[${index}]`);
    const text: TextPart = { type: 'text', text: asString(part['text'], `system[${index}].text`) };
    if (part['cache_control'] !== undefined) text.cacheControl = part['cache_control'];
    return text;
  });
}

const carriedOfTool = new Set(['type', 'name', 'description', 'input_schema', 'strict', 'cache_control']);
const carriedOfOutput = new Set(['format', 'effort']);

function decodeTools(
  list: readonly unknown[],
  drops: string[],
): { tools: Tool[]; webSearch?: CanonicalRequest['webSearch'] } {
  let webSearch: CanonicalRequest['webSearch'];
  const tools = list.flatMap((value, index) => {
    const path = `tools[${index}]`;
    const tool = asObject(value, path);
    if (!isAnthropicSearch(tool['type'])) return [decodeTool(tool, path, drops)];
    webSearch = searchOfAnthropic(tool, path, drops);
    return [];
  });
  return { tools, webSearch };
}

/** Other tools that Anthropic runs itself exist at no other provider. */
function decodeTool(tool: Fields, path: string, drops: string[]): Tool {
  reportOthers(tool, carriedOfTool, 'tools', drops);
  const type = tool['type'];
  if (type !== undefined && type !== 'custom') {
    throw new FieldFault(`${path}.type`, `"${String(type)}" runs at Anthropic only`);
  }
  return {
    name: asString(tool['name'], `${path}.name`),
    description: optional(tool['description'], `${path}.description`, asString),
    parameters: tool['input_schema'] ?? { type: 'object', properties: {} },
    ...(tool['strict'] === true && takesStrict(tool['input_schema'], drops) && { strict: true }),
    ...(tool['cache_control'] !== undefined && { cacheControl: tool['cache_control'] }),
  };
}

function decodeToolChoice(choice: Fields, search: CanonicalRequest['webSearch']): ToolChoice {
  const type = asString(choice['type'], 'tool_choice.type');
  if (type === 'any') return { type: 'required' };
  if (type === 'auto' || type === 'none') return { type };
  if (type === 'tool' && search !== undefined && choice['name'] === 'web_search')
    return { type: 'web-search' };
  if (type === 'tool') return { type: 'tool', name: asString(choice['name'], 'tool_choice.name') };
  throw new FieldFault('tool_choice.type', 'must be auto, any, tool or none');
}

/** Adaptive at medium effort is what models that reason do unasked; models that do not would refuse to be told. */
function decodeThinking(
  thinking: Fields | undefined,
  output: Fields | undefined,
  drops: string[],
): CanonicalRequest['thinking'] {
  const effort = output?.['effort'];
  if (output !== undefined) reportOthers(output, carriedOfOutput, 'output_config', drops);
  if (thinking?.['type'] === 'adaptive') {
    if (effort === 'medium') return undefined;
    return decodeEffort(effort === 'max' ? 'xhigh' : effort, 'output_config.effort');
  }
  if (effort !== undefined && effort !== null) drops.push('output_config.effort (without adaptive thinking)');
  if (thinking === undefined || thinking['type'] === 'disabled') return undefined;
  return { budgetTokens: optional(thinking['budget_tokens'], 'thinking.budget_tokens', asCount) ?? 8_192 };
}

function decodeOutput(config: Fields | undefined): CanonicalRequest['responseFormat'] {
  const format = optional(config?.['format'], 'output_config.format', asObject);
  if (format?.['type'] !== 'json_schema') return undefined;
  return { type: 'json_schema', name: 'answer', schema: format['schema'] };
}
