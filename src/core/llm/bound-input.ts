/**
 * The most input tokens that a call can come to. No tokenizer in use makes more tokens than bytes; pictures cost by their size,
 * not by their bytes. What a provider fetches itself (documents by URL, searches) can not be bounded here.
 */

/** Roles, separators and a provider's own preamble (Anthropic's for tools is the longest known, 530 tokens). */
const framingTokens = 600;
/** The most that one picture costs at the providers known (about 4,800 at Anthropic's highest resolution), with room. */
const pictureTokens = 8_000;
/** OpenAI's small models of the 4o family count 2,833 + 5,667 for each of at most eight tiles. */
const dearPictureTokens = 49_000;
const dearPictures = /"model"\s*:\s*"[^"]*4o-mini/;
/** An escaped letter may hide the word. */
const mayHavePictures = /"(image|image_url|input_image|inline_?[dD]ata|file_?[dD]ata)"|\\u00/;
const dataUrl = /^data:image\/[\w.+-]+;base64,([A-Za-z0-9+/]+={0,2})$/;
const base64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** Of a request body as sent to the provider. */
export function boundInputTokens(body: string): number {
  const all = utf8Length(body) + framingTokens;
  if (!mayHavePictures.test(body)) return all;
  const pictures = picturesIn(body);
  const each = dearPictures.test(body) ? dearPictureTokens : pictureTokens;
  return all + pictures.reduce((sum, bytes) => sum + each - bytes, 0);
}

/** Fewer than this a call with such a bound will hardly come to: texts that are worth a token for eight bytes are rare. */
export function leastInputTokens(bound: number): number {
  return Math.max(1, Math.floor((bound - framingTokens) / 8));
}

/** An upper bound where the text has surrogates. */
function utf8Length(text: string): number {
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : 3;
  }
  return bytes;
}

/** The largest context of any model known. */
const wholeContext = 2_000_000;

/** A conversation that the provider keeps is input too, and its size is not in the request. */
export function boundKeptInput(body: Readonly<Record<string, unknown>>): number {
  const kept = ['previous_response_id', 'conversation', 'prompt', 'cachedContent', 'cached_content'];
  return kept.some((field) => body[field] !== undefined && body[field] !== null) ? wholeContext : 0;
}

type Json = { [name: string]: unknown } | null | undefined;

/**
 * Bytes of base64 of each picture. Only where the APIs take pictures: the same shape in a text, a tool's schema or its arguments is
 * text to the model, and counts in full.
 */
function picturesIn(body: string): number[] {
  let parsed: Json;
  try {
    parsed = JSON.parse(body) as Json;
  } catch {
    return [];
  }
  const found: number[] = [];
  const messages = [...listOf(parsed?.['messages']), ...listOf(parsed?.['input'])];
  for (const message of messages) {
    collect((message as Json)?.['content'], found);
    collect((message as Json)?.['output'], found);
  }
  for (const content of listOf(parsed?.['contents'])) collectParts((content as Json)?.['parts'], found);
  return found;
}

function collect(content: unknown, found: number[]): void {
  for (const item of listOf(content)) {
    const block = item as Json;
    const type = block?.['type'];
    if (type === 'tool_result') collect(block?.['content'], found);
    else if (type === 'image') found.push(sourceBytes(block?.['source'] as Json));
    else if (type === 'image_url') found.push(urlBytes((block?.['image_url'] as Json)?.['url']));
    else if (type === 'input_image') found.push(urlBytes(block?.['image_url']));
    else if (type === undefined) collectConverse(block, found);
  }
}

/** Bedrock's, whose blocks are named by their one member. */
function collectConverse(block: Json, found: number[]): void {
  collect((block?.['toolResult'] as Json)?.['content'], found);
  const image = block?.['image'] as Json;
  if (image === undefined || image === null) return;
  const bytes = (image['source'] as Json)?.['bytes'];
  found.push(typeof bytes === 'string' && base64.test(bytes) ? bytes.length : 0);
}

/** Gemini's, in either spelling. */
function collectParts(parts: unknown, found: number[]): void {
  for (const item of listOf(parts)) {
    const part = item as Json;
    const inline = (part?.['inlineData'] ?? part?.['inline_data']) as Json;
    const file = (part?.['fileData'] ?? part?.['file_data']) as Json;
    const type = String((inline ?? file)?.['mimeType'] ?? (inline ?? file)?.['mime_type']);
    if (!type.startsWith('image/')) continue;
    const data = inline?.['data'];
    found.push(typeof data === 'string' && base64.test(data) ? data.length : 0);
  }
}

function sourceBytes(source: Json): number {
  const data = source?.['data'];
  return source?.['type'] === 'base64' && typeof data === 'string' && base64.test(data) ? data.length : 0;
}

function urlBytes(url: unknown): number {
  return typeof url === 'string' ? (dataUrl.exec(url)?.[1]?.length ?? 0) : 0;
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
