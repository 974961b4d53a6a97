/** `contents` of the Gemini API → canonical turns. Names are read in both of the API's spellings. */
import { asArray, asObject, asString, FieldFault, type Fields, optional } from '../../fields.ts';
import { either } from '../../gemini-names.ts';
import type {
  AudioPart,
  DocumentPart,
  ImagePart,
  Message,
  Part,
  TextPart,
  ThinkingPart,
} from '../../model.ts';
import { unsealSignature } from '../../thinking-seal.ts';

export function decodeContents(value: unknown, drops: string[]): Message[] {
  const list = asArray(value, 'contents');
  if (list.length === 0) throw new FieldFault('contents', 'must have at least one message');
  const ids = new CallIds();
  const messages: Message[] = [];
  list.forEach((item, index) => {
    const path = `contents[${index}]`;
    const content = asObject(item, path);
    const role = roleOf(optional(content['role'], `${path}.role`, asString), `${path}.role`);
    const parts = joinThoughts(
      asArray(content['parts'], `${path}.parts`).flatMap((part, i) =>
        decodePart(asObject(part, `${path}.parts[${i}]`), `${path}.parts[${i}]`, ids, drops),
      ),
    );
    const last = messages.at(-1);
    if (last?.role === role) last.parts.push(...parts);
    else messages.push({ role, parts });
  });
  return messages;
}

export function decodeTexts(value: unknown, path: string): TextPart[] {
  if (typeof value === 'string') return [{ type: 'text', text: value }];
  const content = asObject(value, path);
  const parts = Array.isArray(content['parts']) ? content['parts'] : [content['parts'] ?? content];
  return parts.map((part, index) => {
    const at = `${path}.parts[${index}]`;
    return { type: 'text', text: asString(asObject(part, at)['text'], `${at}.text`) };
  });
}

function roleOf(role: string | undefined, path: string): Message['role'] {
  if (role === undefined || role === 'user' || role === 'function') return 'user';
  if (role === 'model') return 'assistant';
  throw new FieldFault(path, `"${role}" is not one of user, model`);
}

/** Calls need no id in this API: they are numbered, and an answer without one belongs to the oldest open call of its name. */
class CallIds {
  #count = 0;
  readonly #open: { id: string; name: string }[] = [];

  called(id: string | undefined, name: string): string {
    const known = id ?? `call_${++this.#count}`;
    this.#open.push({ id: known, name });
    return known;
  }

  answered(id: string | undefined, name: string): string {
    const index = this.#open.findIndex((call) => (id === undefined ? call.name === name : call.id === id));
    const [call] = index < 0 ? [] : this.#open.splice(index, 1);
    return call?.id ?? id ?? name;
  }
}

/** Of parts: how a film is cut and how closely a picture is looked at. */
const comforts = ['videoMetadata', 'mediaResolution', 'partMetadata'];

function decodePart(part: Fields, path: string, ids: CallIds, drops: string[]): Part[] {
  for (const name of comforts) if (either(part, name) !== undefined) drops.push(`parts.${name}`);
  const signature = either(part, 'thoughtSignature');
  if (part['thought'] === true) {
    const text = optional(part['text'], `${path}.text`, asString) ?? '';
    return [unsealSignature(text, signature) ?? { type: 'thinking', text }];
  }
  const decoded = decodeContent(part, path, ids, drops);
  const mark = decoded.type === 'tool-call' ? unsealSignature('', signature) : undefined;
  return mark === undefined ? [decoded] : [mark, decoded];
}

function decodeContent(part: Fields, path: string, ids: CallIds, drops: string[]): Part {
  const inline = optional(either(part, 'inlineData'), `${path}.inlineData`, asObject);
  if (inline !== undefined) return decodeInline(inline, `${path}.inlineData`, drops);
  const file = optional(either(part, 'fileData'), `${path}.fileData`, asObject);
  if (file !== undefined) return decodeFile(file, `${path}.fileData`, drops);
  const call = optional(either(part, 'functionCall'), `${path}.functionCall`, asObject);
  if (call !== undefined) {
    const name = asString(call['name'], `${path}.functionCall.name`);
    const id = ids.called(optional(call['id'], `${path}.functionCall.id`, asString), name);
    return { type: 'tool-call', id, name, arguments: JSON.stringify(call['args'] ?? {}) };
  }
  const answer = optional(either(part, 'functionResponse'), `${path}.functionResponse`, asObject);
  if (answer !== undefined) return decodeAnswer(answer, `${path}.functionResponse`, ids, drops);
  if (part['text'] !== undefined) return { type: 'text', text: asString(part['text'], `${path}.text`) };
  const kind = Object.keys(part)[0] ?? 'nothing';
  throw new FieldFault(
    path,
    `"${kind}" can not be translated: use text, inlineData, fileData, functionCall or functionResponse`,
  );
}

function decodeInline(inline: Fields, path: string, drops: string[]): ImagePart | AudioPart | DocumentPart {
  dropName(inline, drops);
  const mediaType = asString(either(inline, 'mimeType'), `${path}.mimeType`);
  const data = asString(inline['data'], `${path}.data`);
  if (mediaType.startsWith('audio/')) return { type: 'audio', mediaType, data, path: `${path}.mimeType` };
  const source = { type: 'base64' as const, mediaType, data };
  if (mediaType.startsWith('image/')) return { type: 'image', source };
  if (mediaType === 'application/pdf' || mediaType.startsWith('text/')) return { type: 'document', source };
  throw new FieldFault(
    `${path}.mimeType`,
    `"${mediaType}" can not be translated: use image/*, audio/*, text/* or application/pdf`,
  );
}

function decodeFile(file: Fields, path: string, drops: string[]): ImagePart | DocumentPart {
  dropName(file, drops);
  const url = asString(either(file, 'fileUri'), `${path}.fileUri`);
  const mediaType = optional(either(file, 'mimeType'), `${path}.mimeType`, asString) ?? '';
  if (url.startsWith('gs://') || url.includes('generativelanguage.googleapis.com'))
    throw new FieldFault(`${path}.fileUri`, 'files kept at Google can not be read by this provider');
  if (/^(audio|video)\//.test(mediaType))
    throw new FieldFault(`${path}.mimeType`, `"${mediaType}" by URL can not be translated: send it inline`);
  const type = mediaType.startsWith('image/') ? 'image' : 'document';
  return { type, source: { type: 'url', url } };
}

/** A name for what is shown, which decides nothing. */
function dropName(data: Fields, drops: string[]): void {
  if (either(data, 'displayName') !== undefined) drops.push('parts.displayName');
}

function decodeAnswer(answer: Fields, path: string, ids: CallIds, drops: string[]): Part {
  const name = asString(answer['name'], `${path}.name`);
  const id = ids.answered(optional(answer['id'], `${path}.id`, asString), name);
  const shown = (optional(answer['parts'], `${path}.parts`, asArray) ?? []).map((part, index) =>
    decodeShown(asObject(part, `${path}.parts[${index}]`), `${path}.parts[${index}]`, drops),
  );
  const response = optional(answer['response'], `${path}.response`, asObject) ?? {};
  const isError = response['error'] === undefined ? undefined : true;
  const names = Object.keys(response);
  const only = names.length === 1 ? response[names[0]!] : undefined;
  const known = names[0] === 'output' || names[0] === 'result' || names[0] === 'error';
  const text = known && typeof only === 'string' ? only : JSON.stringify(response);
  return { type: 'tool-result', id, parts: [{ type: 'text', text }, ...shown], isError };
}

/** Of a picture or file that a tool answers with. */
function decodeShown(part: Fields, path: string, drops: string[]): ImagePart | DocumentPart {
  const at = `${path}.inlineData`;
  const decoded = decodeInline(asObject(either(part, 'inlineData'), at), at, drops);
  if (decoded.type !== 'audio') return decoded;
  throw new FieldFault(`${at}.mimeType`, 'a tool can not answer with sound');
}

/** A streamed thought comes back in pieces, its signature with the last of them. */
function joinThoughts(parts: readonly Part[]): Part[] {
  const joined: Part[] = [];
  let open: ThinkingPart | undefined;
  for (const part of parts) {
    const continues = part.type === 'thinking' && part.redacted === undefined;
    if (continues && open !== undefined) {
      open.text += part.text;
      open.signature = part.signature;
    } else joined.push(part);
    if (!continues) open = undefined;
    else if (part.signature !== undefined) open = undefined;
    else open ??= part;
  }
  return joined;
}
