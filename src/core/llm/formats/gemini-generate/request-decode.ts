/** A generateContent request → canonical. The model and whether to stream are in the call's path. */
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
import { either, jsonSchemaOf } from '../../gemini-names.ts';
import type { CanonicalRequest, Tool, ToolChoice } from '../../model.ts';
import { answersAsked } from '../../several-answers.ts';
import { reportOthers } from '../../uncarried.ts';
import { searchOfGemini } from '../../web-search.ts';
import { decodeContents, decodeTexts } from './messages-decode.ts';

export const carried: ReadonlySet<string> = new Set([
  'model',
  'stream',
  'contents',
  'systemInstruction',
  'system_instruction',
  'tools',
  'toolConfig',
  'tool_config',
  'generationConfig',
  'generation_config',
  'cachedContent',
  'cached_content',
]);

export function decodeRequest(body: Fields, drops: string[]): CanonicalRequest {
  if (either(body, 'cachedContent') !== undefined)
    throw new FieldFault('cachedContent', 'this provider keeps no content: send it with the call');
  const config = optional(either(body, 'generationConfig'), 'generationConfig', asObject) ?? {};
  reduce(config, drops);
  const system = either(body, 'systemInstruction');
  const read = <T>(name: string, as: (value: unknown, path: string) => T) =>
    optional(either(config, name), `generationConfig.${name}`, as);
  const { tools, webSearch } = decodeTools(optional(body['tools'], 'tools', asArray) ?? [], drops);
  const toolConfig = optional(either(body, 'toolConfig'), 'toolConfig', asObject);
  const { toolChoice, only } = decodeToolChoice(toolConfig, drops);
  return {
    model: optional(body['model'], 'model', asString) ?? '',
    system: system === undefined || system === null ? [] : decodeTexts(system, 'systemInstruction'),
    messages: decodeContents(body['contents'], drops),
    tools: only === undefined ? tools : tools.filter(({ name }) => only.includes(name)),
    toolChoice,
    webSearch,
    maxTokens: read('maxOutputTokens', asCount),
    temperature: read('temperature', asNumber),
    topP: read('topP', asNumber),
    topK: read('topK', asNumber),
    seed: read('seed', asNumber),
    answers: answersAsked(read('candidateCount', asCount), 'generationConfig.candidateCount'),
    frequencyPenalty: read('frequencyPenalty', asNumber),
    presencePenalty: read('presencePenalty', asNumber),
    logprobs: decodeLogprobs(read('responseLogprobs', asBoolean), read('logprobs', asCount), drops),
    stop: (read('stopSequences', asArray) ?? []).map((item, index) =>
      asString(item, `generationConfig.stopSequences[${index}]`),
    ),
    stream: optional(body['stream'], 'stream', asBoolean) ?? false,
    includeUsage: true,
    thinking: decodeThinking(read('thinkingConfig', asObject)),
    speech: decodeSpeech(config, drops),
    responseFormat: decodeResponseFormat(config),
  };
}

const known = [
  'maxOutputTokens',
  'temperature',
  'topP',
  'topK',
  'stopSequences',
  'thinkingConfig',
  'responseMimeType',
  'responseSchema',
  'responseJsonSchema',
  'candidateCount',
  'responseModalities',
  'responseLogprobs',
  'logprobs',
  'speechConfig',
  'seed',
  'frequencyPenalty',
  'presencePenalty',
];

/** What no other format can answer as Gemini would is an error; settings of comfort are dropped, and named. */
function reduce(config: Fields, drops: string[]): void {
  const modalities = either(config, 'responseModalities');
  if (Array.isArray(modalities) && modalities.some((modality) => modality !== 'TEXT' && modality !== 'AUDIO'))
    throw new FieldFault('generationConfig.responseModalities', 'this provider paints no pictures');
  for (const name of Object.keys(config))
    if (!known.some((field) => either({ [name]: true }, field) === true))
      drops.push(`generationConfig.${name}`);
}

function decodeSpeech(config: Fields, drops: string[]): CanonicalRequest['speech'] {
  const path = 'generationConfig.speechConfig';
  const modalities = either(config, 'responseModalities');
  const settings = optional(either(config, 'speechConfig'), path, asObject);
  if (!Array.isArray(modalities) || !modalities.includes('AUDIO')) {
    if (settings !== undefined) drops.push(`${path} (without its modality)`);
    return undefined;
  }
  if (settings !== undefined && either(settings, 'multiSpeakerVoiceConfig') !== undefined)
    throw new FieldFault(`${path}.multiSpeakerVoiceConfig`, 'this provider speaks with one voice');
  if (settings !== undefined) reportOthers(settings, carriedOfSpeech, path, drops);
  const voicePath = `${path}.voiceConfig.prebuiltVoiceConfig.voiceName`;
  const inside = (holder: Fields | undefined, name: string) =>
    optional(holder && either(holder, name), `${path}.${name}`, asObject);
  const prebuilt = inside(inside(settings, 'voiceConfig'), 'prebuiltVoiceConfig');
  const voice = optional(prebuilt && either(prebuilt, 'voiceName'), voicePath, asString);
  return { voice, path: 'generationConfig.responseModalities', voicePath };
}

const carriedOfSpeech = new Set(['voiceConfig', 'voice_config']);

/** How many is asked beside whether. */
function decodeLogprobs(
  asked: boolean | undefined,
  top: number | undefined,
  drops: string[],
): CanonicalRequest['logprobs'] {
  if (asked === true) return { top: top ?? 0, path: 'generationConfig.responseLogprobs' };
  if (top !== undefined && top > 0) drops.push('generationConfig.logprobs (without responseLogprobs)');
  return undefined;
}

const carriedOfTools = new Set([
  'functionDeclarations',
  'function_declarations',
  'googleSearch',
  'google_search',
]);

/** What else Google itself runs (`codeExecution`, …) is left out. */
function decodeTools(
  list: readonly unknown[],
  drops: string[],
): { tools: Tool[]; webSearch?: CanonicalRequest['webSearch'] } {
  let webSearch: CanonicalRequest['webSearch'];
  const tools = list.flatMap((value, index) => {
    const path = `tools[${index}]`;
    const tool = asObject(value, path);
    const declarations = optional(
      either(tool, 'functionDeclarations'),
      `${path}.functionDeclarations`,
      asArray,
    );
    const search = either(tool, 'googleSearch');
    if (search !== undefined) webSearch = searchOfGemini(search, `${path}.googleSearch`, drops);
    reportOthers(tool, carriedOfTools, path, drops);
    return (declarations ?? []).map((item, i) => {
      const at = `${path}.functionDeclarations[${i}]`;
      const declaration = asObject(item, at);
      reportOthers(declaration, carriedOfDeclaration, 'functionDeclarations', drops);
      const schema = either(declaration, 'parametersJsonSchema') ?? jsonSchemaOf(declaration['parameters']);
      return {
        name: asString(declaration['name'], `${at}.name`),
        description: optional(declaration['description'], `${at}.description`, asString),
        parameters: schema ?? { type: 'object', properties: {} },
      };
    });
  });
  return { tools, webSearch };
}

/** `only`: of the tools, those that may be called. */
function decodeToolChoice(
  config: Fields | undefined,
  drops: string[],
): { toolChoice?: ToolChoice; only?: unknown[] } {
  if (config === undefined) return {};
  reportOthers(config, carriedOfToolConfig, 'toolConfig', drops);
  const calling = optional(
    either(config, 'functionCallingConfig'),
    'toolConfig.functionCallingConfig',
    asObject,
  );
  const mode = calling?.['mode'];
  if (calling === undefined || mode === undefined || mode === 'AUTO') return {};
  const names = either(calling, 'allowedFunctionNames');
  const only = Array.isArray(names) && names.length > 0 ? names : undefined;
  if (mode === 'VALIDATED') return { only };
  if (mode === 'NONE') return { toolChoice: { type: 'none' } };
  if (mode !== 'ANY')
    throw new FieldFault('toolConfig.functionCallingConfig.mode', 'must be AUTO, ANY, NONE or VALIDATED');
  if (only?.length === 1) return { toolChoice: { type: 'tool', name: String(only[0]) } };
  return { toolChoice: { type: 'required' }, only };
}

const carriedOfToolConfig = new Set(['functionCallingConfig', 'function_calling_config']);
const carriedOfDeclaration = new Set([
  'name',
  'description',
  'parameters',
  'parametersJsonSchema',
  'parameters_json_schema',
]);

const levels: Record<string, number> = { MINIMAL: 1_024, LOW: 2_048, MEDIUM: 8_192, HIGH: 24_576 };

function decodeThinking(config: Fields | undefined): CanonicalRequest['thinking'] {
  if (config === undefined) return undefined;
  const level = either(config, 'thinkingLevel');
  if (typeof level === 'string' && levels[level.toUpperCase()] !== undefined)
    return { budgetTokens: levels[level.toUpperCase()]! };
  const budget = either(config, 'thinkingBudget');
  // −1 lets the model decide, 0 turns thinking off.
  if (typeof budget !== 'number') return undefined;
  if (budget === 0) return undefined;
  return { budgetTokens: budget < 0 ? 8_192 : budget };
}

function decodeResponseFormat(config: Fields): CanonicalRequest['responseFormat'] {
  const schema = either(config, 'responseJsonSchema') ?? jsonSchemaOf(either(config, 'responseSchema'));
  if (schema !== undefined && schema !== null) return { type: 'json_schema', name: 'answer', schema };
  return either(config, 'responseMimeType') === 'application/json' ? { type: 'json_object' } : undefined;
}
