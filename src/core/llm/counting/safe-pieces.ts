/**
 * A text in parts that can be given to a tokenizer one by one: cut where the encodings cut it themselves, so that the parts come to as
 * many tokens as the whole. Tokenizers take time with the square of what has no such place; there bytes are counted instead, of
 * which no text has fewer than tokens.
 */

export interface SafePieces {
  texts: string[];
  /** Of what is in none of them. */
  bytes: number;
}

/** Behind a letter or a digit, unless more of its word may come. */
const cuts = /(?<=[\p{L}\p{N}])(?=[^\p{L}\p{N}\p{M}'])/gu;
const longestRun = 128;
const enough = 4_096;

export function safePieces(text: string): SafePieces {
  const texts: string[] = [];
  let bytes = 0;
  let start = 0;
  let last = 0;
  const flush = (end: number) => {
    if (end > start) texts.push(text.slice(start, end));
  };
  const upTo = (at: number) => {
    if (at - last > longestRun) {
      flush(last);
      bytes += bytesOf(text, last, at);
      start = at;
    } else if (at - start > enough) {
      flush(at);
      start = at;
    }
    last = at;
  };
  for (const { index } of text.matchAll(cuts)) upTo(index);
  upTo(text.length);
  flush(text.length);
  return { texts, bytes };
}

/** UTF-8; an upper bound where there are surrogates. */
function bytesOf(text: string, from: number, to: number): number {
  let bytes = 0;
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i);
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : 3;
  }
  return bytes;
}
