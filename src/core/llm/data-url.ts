/** `data:` URLs, as OpenAI's APIs carry pictures and files. */
import { decodeBase64Bytes, decodeUtf8 } from '../text/bytes.ts';
import { FieldFault } from './fields.ts';
import type { ImagePart } from './model.ts';

export interface InlineData {
  mediaType: string;
  /** Base64. */
  data: string;
}

/** Throws `FieldFault` when it is not a base64 data URL. */
export function parseDataUrl(url: string, path: string): InlineData {
  const comma = url.indexOf(',');
  const head = url.slice(0, comma);
  if (!head.startsWith('data:') || !head.endsWith(';base64'))
    throw new FieldFault(path, 'must be a base64 data URL');
  return { mediaType: head.slice(5, -7).split(';', 1)[0]!, data: url.slice(comma + 1) };
}

export function toDataUrl({ mediaType, data }: InlineData): string {
  return `data:${mediaType};base64,${data}`;
}

export function imageOfUrl(url: string, path: string): ImagePart {
  if (!url.startsWith('data:')) return { type: 'image', source: { type: 'url', url } };
  return { type: 'image', source: { type: 'base64', ...parseDataUrl(url, path) } };
}

export function urlOfImage({ source }: ImagePart): string {
  return source.type === 'url' ? source.url : toDataUrl(source);
}

/** Of a file of text, for APIs that take files of other kinds only; undefined for those. */
export function textOfFile({ mediaType, data }: InlineData): string | undefined {
  if (!/^text\/|^application\/json$/.test(mediaType)) return undefined;
  const bytes = decodeBase64Bytes(data);
  return bytes && decodeUtf8(bytes);
}
