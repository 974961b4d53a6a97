/** Canonical → a generateContent request. Its model goes into the path. */
import { FieldFault, type Fields } from '../../fields.ts';
import type {
  CanonicalRequest,
  DocumentPart,
  ImagePart,
  Part,
  ToolChoice,
  ToolResultPart,
} from '../../model.ts';
import { geminiSpeech } from '../../speech.ts';
import { isOfGemini, sealSignature } from '../../thinking-seal.ts';
import { reportOfOpenai, reportUncarried } from '../../uncarried.ts';
import { geminiSearch, withoutSearch } from '../../web-search.ts';

/** What Google's guide gives for calls of tools whose signature is not known: made by another model, or lost by a client. */
const noSignature = 'skip_thought_signature_validator';

export function encodeRequest(request: CanonicalRequest, drops: string[]): Fields {
  reportUncarried(request, drops, { toolErrors: true });
  reportOfOpenai(request, drops);
  if (request.user !== undefined) drops.push('user');
  if (request.tools.some(({ strict }) => strict === true)) drops.push('tools.strict');
  if (request.parallelToolCalls === false && request.tools.length > 0) drops.push('parallel_tool_calls');
  return {
    systemInstruction:
      request.system.length === 0 ? undefined : { parts: request.system.map(({ text }) => ({ text })) },
    contents: encodeContents(request, drops),
    ...encodeTools(request, drops),
    generationConfig: encodeConfig(request, drops),
  };
}

function encodeConfig(request: CanonicalRequest, drops: string[]): Fields | undefined {
  const { responseFormat, thinking, logprobs } = request;
  const config: Fields = {
    maxOutputTokens: request.maxTokens,
    temperature: request.temperature,
    topP: request.topP,
    topK: request.topK,
    seed: request.seed,
    candidateCount: request.answers?.count,
    frequencyPenalty: request.frequencyPenalty,
    presencePenalty: request.presencePenalty,
    responseLogprobs: logprobs === undefined ? undefined : true,
    // Vertex AI takes none below one.
    logprobs: logprobs?.top || undefined,
    ...(request.speech && geminiSpeech(request.speech, drops)),
    stopSequences: request.stop.length === 0 ? undefined : request.stop,
    responseMimeType: responseFormat === undefined ? undefined : 'application/json',
    responseJsonSchema: responseFormat?.type === 'json_schema' ? responseFormat.schema : undefined,
    thinkingConfig:
      thinking === undefined ? undefined : { thinkingBudget: thinking.budgetTokens, includeThoughts: true },
  };
  return Object.values(config).every((value) => value === undefined) ? undefined : config;
}

/** Beside functions the API refuses to search. */
function encodeTools({ tools, toolChoice, webSearch }: CanonicalRequest, drops: string[]): Fields {
  if (tools.length === 0) return webSearch === undefined ? {} : { tools: [geminiSearch(webSearch, drops)] };
  if (webSearch !== undefined) withoutSearch(webSearch, drops, ' beside functions');
  const functionDeclarations = tools.map(({ name, description, parameters }) => ({
    name,
    description,
    parametersJsonSchema: withoutDialect(parameters),
  }));
  return {
    tools: [{ functionDeclarations }],
    toolConfig:
      toolChoice === undefined || toolChoice.type === 'web-search'
        ? undefined
        : { functionCallingConfig: encodeToolChoice(toolChoice) },
  };
}

/** The API knows one dialect of JSON schema and refuses to be told another. */
function withoutDialect(parameters: unknown): unknown {
  if (typeof parameters !== 'object' || parameters === null) return parameters;
  const { $schema: _, ...schema } = parameters as Fields;
  return schema;
}

function encodeToolChoice(choice: Exclude<ToolChoice, { type: 'web-search' }>): Fields {
  if (choice.type === 'tool') return { mode: 'ANY', allowedFunctionNames: [choice.name] };
  return { mode: { auto: 'AUTO', none: 'NONE', required: 'ANY' }[choice.type] };
}

function encodeContents({ messages, model }: CanonicalRequest, drops: string[]): Fields[] {
  const names = new Map<string, string>();
  // Only models that check signatures need the word that they must not.
  const unsigned = /gemini-([3-9]|\d\d)/.test(model) ? noSignature : undefined;
  return messages.flatMap(({ role, parts }, index) => {
    let signature: string | undefined;
    let calls = 0;
    const encoded = parts.flatMap((part): Fields[] => {
      if (part.type === 'thinking') {
        if (isOfGemini(part)) signature = sealSignature(part);
        else drops.push('thinking of earlier turns');
        return [];
      }
      if (part.type !== 'tool-call') return encodePart(part, names, drops);
      names.set(part.id, part.name);
      // Of calls side by side only the first is signed.
      const thoughtSignature = signature ?? (calls === 0 ? unsigned : undefined);
      calls++;
      signature = undefined;
      const args = parseArguments(part.arguments, index);
      return [{ functionCall: { id: part.id, name: part.name, args }, thoughtSignature }];
    });
    return encoded.length === 0 ? [] : [{ role: role === 'assistant' ? 'model' : 'user', parts: encoded }];
  });
}

function encodePart(part: Part, names: ReadonlyMap<string, string>, drops: string[]): Fields[] {
  switch (part.type) {
    case 'text':
      return part.text === '' ? [] : [{ text: part.text }];
    case 'document':
      if (part.name !== undefined) drops.push('names of documents');
      return [encodeMedia(part)];
    case 'image':
      return [encodeMedia(part)];
    case 'audio':
      return [{ inlineData: { mimeType: part.mediaType, data: part.data } }];
    case 'tool-result':
      return encodeResult(part, names.get(part.id), drops);
    default:
      return [];
  }
}

/** Pictures and files stand beside the result that they belong to. */
function encodeResult(part: ToolResultPart, name: string | undefined, drops: string[]): Fields[] {
  const { id, parts, isError } = part;
  if (name === undefined) drops.push('name of a tool that was never called');
  const texts: string[] = [];
  const media: Fields[] = [];
  for (const inner of parts) {
    if (inner.type === 'text') texts.push(inner.text);
    else if (inner.source.type === 'text') texts.push(inner.source.text);
    else media.push(encodeMedia(inner));
  }
  const text = texts.join('\n');
  const response = isError === true ? { error: text } : { output: text };
  return [{ functionResponse: { id, name: name ?? id, response } }, ...media];
}

const mediaTypes: Record<string, string> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  gif: 'image/gif',
  pdf: 'application/pdf',
};

function encodeMedia({ source }: ImagePart | DocumentPart): Fields {
  if (source.type === 'text') return { text: source.text };
  if (source.type === 'base64') return { inlineData: { mimeType: source.mediaType, data: source.data } };
  const extension = /\.([a-z]+)(?:[?#]|$)/i.exec(source.url)?.[1]?.toLowerCase() ?? '';
  return { fileData: { mimeType: mediaTypes[extension], fileUri: source.url } };
}

function parseArguments(text: string, message: number): unknown {
  try {
    return text.trim() === '' ? {} : JSON.parse(text);
  } catch {
    throw new FieldFault(`messages[${message}]`, 'the arguments of a tool call are not valid JSON');
  }
}
