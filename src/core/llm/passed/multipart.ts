/** Forms with files (RFC 7578), as text in which each character is a byte: what is not touched keeps its bytes. */
import { FieldFault } from '../fields.ts';

interface FormPart {
  name: string;
  /** A file's bytes are of no concern here but for their number. */
  isFile: boolean;
  start: number;
  end: number;
}

export interface Form {
  fields: Record<string, string>;
  files: number;
  fileBytes: number;
  /** The same form with another value of a field, or one more. */
  with(name: string, value: string): string;
}

const boundaryOf = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i;
const nameOf = /;\s*name="([^"]*)"/i;

export function isForm(contentType: string): boolean {
  return /^multipart\/form-data\b/i.test(contentType);
}

/** Throws `FieldFault`. */
export function readForm(body: string, contentType: string): Form {
  const [, quoted, bare] = boundaryOf.exec(contentType) ?? [];
  const boundary = quoted ?? bare;
  if (boundary === undefined) throw new FieldFault('', 'the form has no boundary');
  const parts = partsOf(body, `--${boundary}`);
  const fields: Record<string, string> = {};
  for (const { name, isFile, start, end } of parts)
    if (!isFile) fields[name] = decoded(body.slice(start, end));
  const files = parts.filter(({ isFile }) => isFile);
  return {
    fields,
    files: files.length,
    fileBytes: files.reduce((sum, { start, end }) => sum + end - start, 0),
    with: (name, value) => withField(body, parts, `--${boundary}`, name, encoded(value)),
  };
}

function partsOf(body: string, delimiter: string): FormPart[] {
  const parts: FormPart[] = [];
  let at = body.startsWith(delimiter) ? 0 : body.indexOf(`\r\n${delimiter}`) + 2;
  if (at === 1) throw new FieldFault('', 'the form does not begin with its boundary');
  for (;;) {
    const start = at + delimiter.length;
    if (body.startsWith('--', start)) return parts;
    const head = body.indexOf('\r\n\r\n', start);
    const end = head < 0 ? -1 : body.indexOf(`\r\n${delimiter}`, head + 2);
    if (end < 0) throw new FieldFault('', 'the form is not complete');
    const headers = body.slice(start, head);
    const disposition = /^content-disposition:(.*)$/im.exec(headers)?.[1] ?? '';
    const isFile = /;\s*filename\*?=/i.test(disposition);
    parts.push({
      name: nameOf.exec(disposition)?.[1] ?? '',
      isFile,
      start: Math.min(head + 4, end),
      end,
    });
    at = end + 2;
  }
}

function withField(
  body: string,
  parts: readonly FormPart[],
  delimiter: string,
  name: string,
  value: string,
): string {
  const present = parts.filter((part) => part.name === name && !part.isFile);
  if (present.length === 0)
    return `${delimiter}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n${body}`;
  // All of them: which one of several a provider takes is not known.
  return present.reduceRight((text, { start, end }) => text.slice(0, start) + value + text.slice(end), body);
}

/** From bytes as characters to the text that they are in UTF-8; the language has that in its percent-encoding. */
function decoded(bytes: string): string {
  try {
    return decodeURIComponent(bytes.replace(/[^A-Za-z0-9]/g, percent));
  } catch {
    return bytes;
  }
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

function encoded(text: string): string {
  return encodeURIComponent(text).replace(/%([0-9A-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
