/** A chat completions request → canonical. */
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
import { answersAsked } from '../../several-answers.ts';
import { serviceTierAsked } from '../../uncarried.ts';
import { searchOfChat } from '../../web-search.ts';
import { decodeMessages } from './messages-decode.ts';

export const carried: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'max_tokens',
  'max_completion_tokens',
  'temperature',
  'top_p',
  'stop',
  'stream',
  'stream_options',
  'user',
  'safety_identifier',
  'service_tier',
  'reasoning_effort',
  'response_format',
  'n',
  'logprobs',
  'top_logprobs',
  'seed',
  'frequency_penalty',
  'presence_penalty',
  'modalities',
  'audio',
  'functions',
  'web_search_options',
]);

export function decodeRequest(body: Fields, drops: string[]): CanonicalRequest {
  refuseInexpressible(body);
  const number = (name: string) => optional(body[name], name, asNumber);
  const maxTokens = body['max_completion_tokens'] ?? body['max_tokens'];
  const tools = (optional(body['tools'], 'tools', asArray) ?? []).map(decodeTool);
  const choice = optional(body['tool_choice'], 'tool_choice', decodeToolChoice) ?? {};
  const options = optional(body['stream_options'], 'stream_options', asObject);
  return {
    model: optional(body['model'], 'model', asString) ?? '',
    ...decodeMessages(body['messages'], drops),
    tools: choice.only === undefined ? tools : tools.filter(({ name }) => choice.only!.includes(name)),
    toolChoice: choice.toolChoice,
    webSearch: optional(body['web_search_options'], 'web_search_options', searchOfChat),
    parallelToolCalls: optional(body['parallel_tool_calls'], 'parallel_tool_calls', asBoolean),
    maxTokens: optional(maxTokens, 'max_completion_tokens', asCount),
    temperature: number('temperature'),
    topP: number('top_p'),
    seed: number('seed'),
    frequencyPenalty: number('frequency_penalty'),
    presencePenalty: number('presence_penalty'),
    logprobs: decodeLogprobs(body, drops),
    answers: answersAsked(optional(body['n'], 'n', asCount), 'n'),
    stop: decodeStop(body['stop']),
    stream: optional(body['stream'], 'stream', asBoolean) ?? false,
    includeUsage: optional(options?.['include_usage'], 'stream_options.include_usage', asBoolean) ?? false,
    user: optional(body['user'] ?? body['safety_identifier'], 'user', asString),
    ...serviceTierAsked(optional(body['service_tier'], 'service_tier', asString)),
    thinking: decodeEffort(body['reasoning_effort'], 'reasoning_effort'),
    speech: decodeSpeech(body, drops),
    responseFormat: optional(body['response_format'], 'response_format', decodeResponseFormat),
  };
}

/** What no other format can answer as OpenAI would: better an error than half an answer. */
function refuseInexpressible(body: Fields): void {
  const refuse = (path: string, why: string) => {
    throw new FieldFault(path, why);
  };
  if (body['functions'] !== undefined) refuse('functions', 'use tools: functions are not translated');
}

function decodeSpeech(body: Fields, drops: string[]): CanonicalRequest['speech'] {
  const audio = optional(body['audio'], 'audio', asObject);
  const modalities = optional(body['modalities'], 'modalities', asArray) ?? [];
  if (!modalities.includes('audio')) {
    if (audio !== undefined) drops.push('audio (without its modality)');
    return undefined;
  }
  return {
    voice: optional(audio?.['voice'], 'audio.voice', asString),
    format: optional(audio?.['format'], 'audio.format', asString),
    path: 'modalities',
    voicePath: 'audio.voice',
    formatPath: 'audio.format',
  };
}

/** How many is asked beside whether. */
function decodeLogprobs(body: Fields, drops: string[]): CanonicalRequest['logprobs'] {
  const top = optional(body['top_logprobs'], 'top_logprobs', asCount) ?? 0;
  if (optional(body['logprobs'], 'logprobs', asBoolean) === true) return { top, path: 'logprobs' };
  if (top > 0) drops.push('top_logprobs (without logprobs)');
  return undefined;
}

function decodeTool(value: unknown, index: number): Tool {
  const path = `tools[${index}]`;
  const tool = asObject(value, path);
  if (tool['type'] !== 'function')
    throw new FieldFault(`${path}.type`, 'only "function" tools can be translated');
  const definition = asObject(tool['function'], `${path}.function`);
  return {
    name: asString(definition['name'], `${path}.function.name`),
    description: optional(definition['description'], `${path}.function.description`, asString),
    parameters: definition['parameters'] ?? { type: 'object', properties: {} },
    strict: optional(definition['strict'], `${path}.function.strict`, asBoolean),
  };
}

/** `only`: of the tools, those that may be called. */
interface Choice {
  toolChoice?: ToolChoice;
  only?: string[];
}

function decodeToolChoice(value: unknown, path: string): Choice {
  if (value === 'auto' || value === 'none' || value === 'required') return { toolChoice: { type: value } };
  const choice = asObject(value, path);
  if (choice['type'] === 'allowed_tools') {
    const at = `${path}.allowed_tools`;
    const allowed = asObject(choice['allowed_tools'], at);
    const only = asArray(allowed['tools'], `${at}.tools`).map((tool, index) =>
      nameOf(asObject(tool, `${at}.tools[${index}]`), `${at}.tools[${index}]`),
    );
    return { toolChoice: { type: allowed['mode'] === 'required' ? 'required' : 'auto' }, only };
  }
  return { toolChoice: { type: 'tool', name: nameOf(choice, path) } };
}

function nameOf(tool: Fields, path: string): string {
  return asString(asObject(tool['function'], `${path}.function`)['name'], `${path}.function.name`);
}

function decodeStop(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  if (typeof value === 'string') return [value];
  return asArray(value, 'stop').map((item, index) => asString(item, `stop[${index}]`));
}

function decodeResponseFormat(value: unknown, path: string): CanonicalRequest['responseFormat'] {
  const format = asObject(value, path);
  if (format['type'] === 'text') return undefined;
  if (format['type'] === 'json_object') return { type: 'json_object' };
  if (format['type'] !== 'json_schema')
    throw new FieldFault(`${path}.type`, 'must be text, json_object or json_schema');
  const schema = asObject(format['json_schema'], `${path}.json_schema`);
  return {
    type: 'json_schema',
    name: asString(schema['name'], `${path}.json_schema.name`),
    schema: asObject(schema['schema'], `${path}.json_schema.schema`),
    strict: optional(schema['strict'], `${path}.json_schema.strict`, asBoolean),
  };
}
