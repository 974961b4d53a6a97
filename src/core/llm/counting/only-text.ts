/**
 * Whether all that a model will read is in the request, in a form that its counter counts. What the provider fetches or searches
 * itself, keeps from earlier, or runs on its side is not, and a member that is not known here may be any of these: such a call is
 * bounded by its bytes.
 */
import type { Fields } from '../fields.ts';

export function onlyHas(body: Fields, names: ReadonlySet<string>): boolean {
  return Object.keys(body).every(
    (name) => names.has(name) || body[name] === undefined || body[name] === null,
  );
}

export function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? (value as Fields[]) : [];
}

const messagesMembers = new Set(
  (
    'model messages system tools tool_choice thinking max_tokens stream temperature top_p top_k stop_sequences metadata ' +
    'service_tier cache_control anthropic_version anthropic_beta context_management output_config'
  ).split(' '),
);
const messagesBlocks = new Set([
  'text',
  'image',
  'document',
  'tool_use',
  'tool_result',
  'thinking',
  'redacted_thinking',
]);

export function isCountedByAnthropic(body: Fields): boolean {
  const output = (body['output_config'] ?? {}) as Fields;
  return (
    onlyHas(body, messagesMembers) &&
    onlyHas(output, new Set(['effort'])) &&
    listOf(body['tools']).every(({ type }) => type === undefined || type === 'custom') &&
    [...listOf(body['messages']), { content: body['system'] }].every(({ content }) => areBlocksHere(content))
  );
}

function areBlocksHere(content: unknown): boolean {
  return listOf(content).every((block) => {
    const source = block['source'] as Fields | undefined;
    if (!messagesBlocks.has(String(block['type']))) return false;
    if (source?.['type'] === 'url' || source?.['type'] === 'file') return false;
    return areBlocksHere(block['content']) && areBlocksHere(source?.['content']);
  });
}

const generateMembers = new Set(
  (
    'model contents systemInstruction system_instruction tools toolConfig tool_config generationConfig generation_config ' +
    'safetySettings safety_settings labels'
  ).split(' '),
);
const generateParts = new Set(
  (
    'text thought thoughtSignature thought_signature inlineData inline_data functionCall function_call functionResponse ' +
    'function_response'
  ).split(' '),
);
/** Schemas of the answer are read by the model, and not said to be counted. */
const answerSchemas = ['responseSchema', 'response_schema', 'responseJsonSchema', 'response_json_schema'];

export function isCountedByGoogle(body: Fields): boolean {
  const config = (body['generationConfig'] ?? body['generation_config'] ?? {}) as Fields;
  const functions = new Set(['functionDeclarations', 'function_declarations']);
  const system = (body['systemInstruction'] ?? body['system_instruction'] ?? {}) as Fields;
  return (
    onlyHas(body, generateMembers) &&
    answerSchemas.every((name) => config[name] === undefined) &&
    listOf(body['tools']).every((tool) => onlyHas(tool, functions)) &&
    [...listOf(body['contents']), system].every(({ parts }) => listOf(parts).every(isPartHere))
  );
}

/** Sound and films are counted by their length, by estimate. */
function isPartHere(part: Fields): boolean {
  const data = (part['inlineData'] ?? part['inline_data']) as Fields | undefined;
  const type = String(data?.['mimeType'] ?? data?.['mime_type'] ?? 'image/');
  return onlyHas(part, generateParts) && type.startsWith('image/');
}

const converseMembers = new Set(
  (
    'messages system toolConfig inferenceConfig additionalModelRequestFields additionalModelResponseFieldPaths ' +
    'requestMetadata performanceConfig serviceTier'
  ).split(' '),
);
const converseBlocks = new Set(['text', 'image', 'toolUse', 'toolResult', 'reasoningContent', 'cachePoint']);
const converseTools = new Set(['toolSpec', 'cachePoint']);

export function isCountedByBedrock(body: Fields): boolean {
  const { tools } = (body['toolConfig'] ?? {}) as Fields;
  return (
    onlyHas(body, converseMembers) &&
    listOf(tools).every((tool) => onlyHas(tool, converseTools)) &&
    [...listOf(body['messages']), { content: body['system'] }].every(({ content }) =>
      listOf(content).every((block) => onlyHas(block, converseBlocks) && !isElsewhere(block)),
    )
  );
}

function isElsewhere(block: Fields): boolean {
  const { source } = (block['image'] ?? {}) as Fields;
  return (source as Fields | undefined)?.['s3Location'] !== undefined;
}
