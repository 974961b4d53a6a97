/** Places in a text: we and OpenAI count characters as JavaScript does, Gemini counts bytes of UTF-8. */

/** Bytes of the text before a character. */
export function byteAt(text: string, character: number): number {
  let bytes = 0;
  for (let i = 0; i < character && i < text.length; i++) bytes += bytesOf(text.charCodeAt(i));
  return bytes;
}

/** The character that a byte belongs to. */
export function characterAt(text: string, byte: number): number {
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    bytes += bytesOf(text.charCodeAt(i));
    if (bytes > byte) return i;
  }
  return text.length;
}

/** Both halves of a pair make four. */
function bytesOf(code: number): number {
  if (code < 0x80) return 1;
  if (code < 0x800 || (code >= 0xd800 && code < 0xe000)) return 2;
  return 3;
}
