/** Bytes to text without anything of the platform: UTF-8, base64 and the checksum of gzip. */

/** Arguments of one call of `fromCharCode`. */
const slice = 4_096;

/** Malformed sequences become U+FFFD, as in the Encoding standard. */
export function decodeUtf8(bytes: Uint8Array, from = 0, to = bytes.length): string {
  let at = from;
  while (at < to && bytes[at]! < 0x80) at++;
  const ascii = plain(bytes, from, at);
  return at === to ? ascii : ascii + decodeMixed(bytes, at, to);
}

function plain(bytes: Uint8Array, from: number, to: number): string {
  let text = '';
  for (let at = from; at < to; at += slice)
    text += String.fromCharCode.apply(null, bytes.subarray(at, Math.min(at + slice, to)) as never);
  return text;
}

function decodeMixed(bytes: Uint8Array, from: number, to: number): string {
  const units: number[] = [];
  let text = '';
  let at = from;
  while (at < to) {
    const [code, length] = codePoint(bytes, at, to);
    at += length;
    if (code > 0xffff) units.push(0xd800 + ((code - 0x10000) >> 10), 0xdc00 + ((code - 0x10000) & 0x3ff));
    else units.push(code);
    if (units.length >= slice) text += String.fromCharCode(...units.splice(0));
  }
  return text + String.fromCharCode(...units);
}

const replacement = 0xfffd;

/** A malformed sequence is taken as far as it could have gone on well. */
function codePoint(bytes: Uint8Array, at: number, to: number): [code: number, length: number] {
  const first = bytes[at]!;
  if (first < 0x80) return [first, 1];
  if (first < 0xc2 || first > 0xf4) return [replacement, 1];
  const needed = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
  let code = first & (0x3f >> needed);
  // The second byte's range shuts out overlong forms, surrogates and what is above U+10FFFF.
  let low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  let high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  for (let i = 1; i <= needed; i++) {
    const next = at + i < to ? bytes[at + i]! : -1;
    if (next < low || next > high) return [replacement, i];
    code = (code << 6) | (next & 0x3f);
    low = 0x80;
    high = 0xbf;
  }
  return [code, needed + 1];
}

const base64Letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

export function encodeBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const [a, b, c] = [bytes[at]!, bytes[at + 1], bytes[at + 2]];
    const bits = (a << 16) | ((b ?? 0) << 8) | (c ?? 0);
    text += base64Letters[bits >> 18]! + base64Letters[(bits >> 12) & 63]!;
    text += b === undefined ? '=' : base64Letters[(bits >> 6) & 63]!;
    text += c === undefined ? '=' : base64Letters[bits & 63]!;
  }
  return text;
}

const base64Values = new Uint8Array(128).fill(255);
for (const [value, letter] of [...base64Letters].entries()) base64Values[letter.charCodeAt(0)] = value;

/** Undefined when it is not base64. */
export function decodeBase64Bytes(text: string): Uint8Array | undefined {
  const length = text.endsWith('==') ? text.length - 2 : text.endsWith('=') ? text.length - 1 : text.length;
  if (length % 4 === 1) return undefined;
  const bytes = new Uint8Array((length * 3) >> 2);
  let bits = 0;
  let size = 0;
  let filled = 0;
  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at);
    const value = code < 128 ? base64Values[code]! : 255;
    if (value === 255) return undefined;
    bits = ((bits << 6) | value) & 0xffff;
    size += 6;
    if (size >= 8) {
      size -= 8;
      bytes[filled++] = (bits >> size) & 0xff;
    }
  }
  return bytes;
}

const crcTable = new Uint32Array(256).map((_, byte) => {
  let crc = byte;
  for (let i = 0; i < 8; i++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc >>> 0;
});

/** CRC-32 as gzip has it; `crc` goes on from an earlier part. */
export function crc32(bytes: Uint8Array, from: number, to: number, crc = 0): number {
  let state = ~crc;
  for (let at = from; at < to; at++) state = crcTable[(state ^ bytes[at]!) & 0xff]! ^ (state >>> 8);
  return ~state >>> 0;
}
