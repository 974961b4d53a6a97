/** Canonical → a Converse request. Its model goes into the path. */
import { cachesPrompts, citesDocuments, isAnthropicModel, modelSettings } from '../../bedrock-models.ts';
import { FieldFault, type Fields } from '../../fields.ts';
import { refuseLogprobs } from '../../logprobs.ts';
import type {
  AudioPart,
  CanonicalRequest,
  DocumentPart,
  ImagePart,
  Part,
  TextPart,
  Tool,
  ToolChoice,
} from '../../model.ts';
import { refuseAnswers } from '../../several-answers.ts';
import { refuseSound, refuseSpeech } from '../../speech.ts';
import { isOfGemini } from '../../thinking-seal.ts';
import { reportOfOpenai, reportUncarried, reportUnsampled } from '../../uncarried.ts';
import { withoutSearch } from '../../web-search.ts';

const jsonOnly: TextPart = { type: 'text', text: 'Answer with one JSON object and nothing else.' };

export function encodeRequest(request: CanonicalRequest, drops: string[]): Fields {
  refuseLogprobs(request);
  refuseSpeech(request);
  refuseAnswers(request);
  if (request.webSearch !== undefined) withoutSearch(request.webSearch, drops);
  reportUnsampled(request, drops);
  const tier = request.serviceTier;
  const known = tier === 'priority' || tier === 'flex';
  reportOfOpenai(known ? { ...request, serviceTier: undefined } : request, drops);
  if (request.user !== undefined) drops.push('user');
  const mark = cachesPrompts(request.model) ? cachePoint : unmarked;
  const cacheMarks = mark !== unmarked;
  const citations = citesDocuments(request.model);
  reportUncarried(request, drops, { toolErrors: true, cacheMarks, citations });
  const system = [...request.system];
  if (request.responseFormat?.type === 'json_object') {
    system.push(jsonOnly);
    drops.push('response_format (asked for in the system prompt)');
  }
  const { temperature, topP, additional, asked } = modelSettings(request, drops);
  if (request.parallelToolCalls === false && request.tools.length > 0 && !additional['tool_choice'])
    drops.push('parallel_tool_calls');
  const stopSequences = request.stop.length === 0 ? undefined : request.stop;
  return {
    system: system.length === 0 ? undefined : system.flatMap((part) => encodeText(part, mark)),
    messages: encodeMessages(request, mark, drops),
    inferenceConfig: unlessEmpty({ maxTokens: request.maxTokens, temperature, topP, stopSequences }),
    toolConfig: encodeTools(request, mark, drops),
    outputConfig: encodeOutput(request),
    serviceTier: known ? { type: tier } : undefined,
    additionalModelRequestFields: unlessEmpty(additional),
    additionalModelResponseFieldPaths: asked,
  };
}

function unlessEmpty(fields: Fields): Fields | undefined {
  return Object.values(fields).every((value) => value === undefined) ? undefined : fields;
}

function encodeOutput({ responseFormat }: CanonicalRequest): Fields | undefined {
  if (responseFormat?.type !== 'json_schema') return undefined;
  const jsonSchema = { name: responseFormat.name, schema: JSON.stringify(responseFormat.schema) };
  return { textFormat: { type: 'json_schema', structure: { jsonSchema } } };
}

/** A conversation with calls must have tools, also where the client offers none any more. */
function encodeTools(request: CanonicalRequest, mark: Mark, drops: string[]): Fields | undefined {
  const parts = request.messages.flatMap((message) => message.parts);
  const called = new Set(parts.flatMap((part) => (part.type === 'tool-call' ? [part.name] : [])));
  const forbidden = request.toolChoice?.type === 'none';
  if (forbidden && called.size === 0) return undefined;
  if (forbidden) drops.push('tool_choice');
  const specs = request.tools.flatMap((tool) => encodeTool(tool, mark));
  if (specs.length > 0) return { tools: specs, toolChoice: encodeToolChoice(request.toolChoice) };
  if (called.size === 0) return undefined;
  const json = { type: 'object' };
  return { tools: [...called].map((name) => ({ toolSpec: { name, inputSchema: { json } } })) };
}

function encodeTool({ name, description, parameters, strict, cacheControl }: Tool, mark: Mark): Fields[] {
  const toolSpec = {
    name,
    // An empty one is refused.
    description: description === '' ? undefined : description,
    inputSchema: { json: parameters },
    strict: strict === true ? true : undefined,
  };
  return [{ toolSpec }, ...mark({ cacheControl })];
}

function encodeToolChoice(choice: ToolChoice | undefined): Fields | undefined {
  if (choice?.type === 'tool') return { tool: { name: choice.name } };
  return choice?.type === 'required' ? { any: {} } : undefined;
}

/** Turns must alternate: neighbours of one role become one. */
function encodeMessages({ messages, model }: CanonicalRequest, mark: Mark, drops: string[]): Fields[] {
  const encoded: { role: string; content: Fields[] }[] = [];
  const documents = new DocumentNames();
  const signs = isAnthropicModel(model);
  const cites = citesDocuments(model);
  messages.forEach(({ role, parts }, index) => {
    const content = parts.flatMap((part) =>
      encodePart(part, { index, signs, cites, mark, documents, drops }),
    );
    const last = encoded.at(-1);
    if (content.length === 0) return;
    if (last?.role === role) last.content.push(...content);
    else encoded.push({ role, content });
  });
  return encoded;
}

interface Place {
  /** Of the message. */
  index: number;
  /** Whether the model signs its reasoning, and wants it back. */
  signs: boolean;
  /** Whether it tells what of its answer rests on which document. */
  cites: boolean;
  mark: Mark;
  documents: DocumentNames;
  drops: string[];
}

function encodePart(part: Part, place: Place): Fields[] {
  switch (part.type) {
    case 'text':
      return encodeText(part, place.mark);
    case 'image':
      return [{ image: encodeImage(part, place.index) }, ...place.mark(part)];
    case 'audio':
      return [{ audio: encodeAudio(part, place) }];
    case 'document':
      return [{ document: encodeDocument(part, place) }, ...place.mark(part)];
    case 'tool-call': {
      const input = parseArguments(part.arguments, place.index);
      return [{ toolUse: { toolUseId: part.id, name: part.name, input } }, ...place.mark(part)];
    }
    case 'tool-result': {
      const content = part.parts.flatMap((inner) => encodePart(inner, place));
      const status = part.isError === true ? 'error' : undefined;
      return [{ toolResult: { toolUseId: part.id, content, status } }, ...place.mark(part)];
    }
    case 'thinking':
      if (!place.signs || isOfGemini(part) || (part.redacted ?? part.signature) === undefined) {
        place.drops.push('thinking of earlier turns that another provider made');
        return [];
      }
      return part.redacted === undefined
        ? [{ reasoningContent: { reasoningText: { text: part.text, signature: part.signature } } }]
        : [{ reasoningContent: { redactedContent: part.redacted } }];
  }
}

/** Blank text is refused. */
function encodeText(part: TextPart, mark: Mark): Fields[] {
  return part.text.trim() === '' ? [] : [{ text: part.text }, ...mark(part)];
}

/** Of a part that is marked for prompt caching: a block of its own behind it. */
type Mark = (part: { cacheControl?: unknown }) => Fields[];

const unmarked: Mark = () => [];

function cachePoint({ cacheControl }: { cacheControl?: unknown }): Fields[] {
  if (typeof cacheControl !== 'object' || cacheControl === null) return [];
  const { ttl } = cacheControl as Fields;
  return [{ cachePoint: { type: 'default', ttl: ttl === '1h' || ttl === '5m' ? ttl : undefined } }];
}

function encodeImage({ source }: ImagePart, message: number): Fields {
  const format = source.type === 'url' ? extensionOf(source.url) : source.mediaType.replace('image/', '');
  return { format: format === 'jpg' ? 'jpeg' : format, source: encodeSource(source, message) };
}

const audioFormats = /^audio\/(?:x-)?(mp3|opus|wav|aac|flac|mp4|ogg|mkv|mka|m4a|mpeg|mpga|pcm|webm)$/;

function encodeAudio(part: AudioPart, { signs }: Place): Fields {
  const format = audioFormats.exec(part.mediaType)?.[1];
  // Anthropic's models can't hear.
  if (signs || format === undefined) return refuseSound(part);
  return { format, source: { bytes: part.data } };
}

const documentFormats: Record<string, string> = {
  'application/pdf': 'pdf',
  'text/csv': 'csv',
  'text/html': 'html',
  'text/markdown': 'md',
  'text/plain': 'txt',
  'application/msword': 'doc',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'application/vnd.ms-excel': 'xls',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
};

function encodeDocument(part: DocumentPart, { documents, index, cites }: Place): Fields {
  const { source, name, context } = part;
  const citations = part.citations === true ? { enabled: true } : undefined;
  const base = { name: documents.next(name ?? 'document'), ...(cites && { context, citations }) };
  if (source.type === 'text') return { ...base, format: 'txt', source: { text: source.text } };
  const format = source.type === 'url' ? extensionOf(source.url) : documentFormats[source.mediaType];
  if (format === undefined)
    throw new FieldFault(`messages[${index}]`, 'Bedrock takes no documents of this media type');
  return { ...base, format, source: encodeSource(source, index) };
}

/** The API fetches from S3 only. */
function encodeSource(source: Exclude<DocumentPart['source'], { type: 'text' }>, message: number): Fields {
  if (source.type === 'base64') return { bytes: source.data };
  if (source.url.startsWith('s3://')) return { s3Location: { uri: source.url } };
  throw new FieldFault(
    `messages[${message}]`,
    'Bedrock takes pictures and documents inline or from s3://, not by another URL',
  );
}

function extensionOf(url: string): string {
  return /\.([a-z]+)$/i.exec(url)?.[1]?.toLowerCase() ?? '';
}

/** Few characters are allowed in names, and no name twice. */
class DocumentNames {
  readonly #used = new Set<string>();

  next(asked: string): string {
    const clean =
      asked
        .replace(/[^A-Za-z0-9 ()[\]-]+/g, ' ')
        .replace(/ {2,}/g, ' ')
        .trim() || 'document';
    let name = clean;
    for (let number = 2; this.#used.has(name); number++) name = `${clean} ${number}`;
    this.#used.add(name);
    return name;
  }
}

function parseArguments(text: string, message: number): unknown {
  try {
    return text.trim() === '' ? {} : JSON.parse(text);
  } catch {
    throw new FieldFault(`messages[${message}]`, 'the arguments of a tool call are not valid JSON');
  }
}
