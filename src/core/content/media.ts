/** Pictures, sound and files in a conversation: their kind and size, never what they show or where they lie. */
import type { MediaPart } from './model.ts';

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;

/** Undefined where the part is no such thing. */
export function mediaOf(part: Json): MediaPart | undefined {
  const type = typeof part['type'] === 'string' ? part['type'] : '';
  const [, named] = /(image|audio|video|file|document)/.exec(type) ?? [];
  const source = sourceOf(part);
  if (named === undefined && source === undefined) return undefined;
  const data = source === undefined ? undefined : dataOf(source);
  const mediaType = data?.mediaType ?? mediaTypeIn(source);
  const kind = kindOf(named, mediaType);
  return {
    type: 'media',
    kind,
    ...(mediaType !== undefined && { mediaType }),
    ...(data !== undefined && { bytes: data.bytes }),
  };
}

const places = ['source', 'image_url', 'input_audio', 'file', 'audio', 'image', 'video', 'document'];
const geminiPlaces = ['inlineData', 'inline_data', 'fileData', 'file_data'];

function sourceOf(part: Json): unknown {
  for (const name of geminiPlaces) if (isObject(part[name])) return part[name];
  if (typeof part['b64_json'] === 'string') return { data: part['b64_json'], mimeType: 'image/png' };
  for (const name of places) {
    const value = part[name];
    if (isObject(value)) return isObject(value['source']) ? { ...value, ...value['source'] } : value;
    if (typeof value === 'string' && typeof part['type'] === 'string') return { url: value };
  }
  return undefined;
}

const dataNames = ['data', 'file_data', 'bytes', 'url', 'image_url'];

function dataOf(source: unknown): { bytes: number; mediaType?: string } | undefined {
  if (!isObject(source)) return undefined;
  for (const name of dataNames) {
    const value = source[name];
    if (typeof value !== 'string') continue;
    const [head, mediaType] = /^data:([^;,]*)[^,]*,/.exec(value.slice(0, 200)) ?? [];
    if (head !== undefined)
      return { bytes: decodedSize(value, head.length), ...(mediaType && { mediaType }) };
    if (name !== 'url' && name !== 'image_url') return { bytes: decodedSize(value, 0) };
  }
  return undefined;
}

/** Of base64. */
function decodedSize(text: string, from: number): number {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  return Math.max(0, Math.floor(((text.length - from) * 3) / 4) - padding);
}

function mediaTypeIn(source: unknown): string | undefined {
  if (!isObject(source)) return undefined;
  const given = source['media_type'] ?? source['mimeType'] ?? source['mime_type'] ?? source['format'];
  return typeof given === 'string' && /^[\w.+/-]{1,100}$/.test(given) ? given : undefined;
}

function kindOf(named: string | undefined, mediaType: string | undefined): string {
  const [, family] = /^(image|audio|video)\//.exec(mediaType ?? '') ?? [];
  return family ?? (named === undefined || named === 'document' ? 'file' : named);
}
