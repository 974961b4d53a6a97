/** HPACK's Huffman code (RFC 7541, appendix B). It is canonical: the lengths of its codes say everything. */
import { ConnectionFault, errorCode } from './frames.ts';

/** Bits of each byte's code. */
const lengths =
  `13 23 28 28 28 28 28 28 28 24 30 28 28 30 28 28 28 28 28 28 28 28 30 28 28 28 28 28 28 28 28 28 6 10 10 12
13 6 8 11 10 10 8 11 8 6 6 6 5 5 5 6 6 6 6 6 6 6 7 8 15 6 12 10 13 6 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 8 7 8 13 19 13 14
6 15 5 6 5 6 5 6 6 6 5 7 7 6 6 6 5 6 7 6 5 5 6 7 7 7 7 7 15 11 14 13 28 20 22 20 20 22 22 22 23 22 23 23 23 23 23 24 23 24 24 22 23
24 23 23 23 23 21 22 23 22 23 23 24 22 21 20 22 22 23 23 21 23 22 22 24 21 22 23 23 21 21 22 21 23 22 23 23 20 22 22 22 23 22 22 23
26 26 20 19 22 23 22 25 26 26 26 27 27 26 24 25 19 21 26 27 27 26 27 24 21 21 26 26 28 27 27 27 20 24 20 21 22 21 21 23 22 22 25 25
24 24 26 23 26 27 26 26 27 27 27 27 27 28 27 27 27 27 27 26`
    .split(/\s+/)
    .map(Number);
const endOfText = 256;
const maxBits = 30;

/** A node is a pair of places in this list; a leaf is `-1 - symbol`. */
const tree: number[] = [0, 0];

function build(): void {
  const symbols = [...lengths.keys(), endOfText].sort((a, b) => bitsOf(a) - bitsOf(b) || a - b);
  let code = 0;
  let bits = bitsOf(symbols[0]!);
  for (const symbol of symbols) {
    code *= 2 ** (bitsOf(symbol) - bits);
    bits = bitsOf(symbol);
    add(code, bits, symbol);
    code++;
  }
}

function bitsOf(symbol: number): number {
  return symbol === endOfText ? maxBits : lengths[symbol]!;
}

function add(code: number, bits: number, symbol: number): void {
  let node = 0;
  for (let at = bits - 1; at >= 0; at--) {
    const place = node + ((code >>> at) & 1);
    if (at === 0) tree[place] = -1 - symbol;
    else if (tree[place] === 0) {
      tree[place] = tree.length;
      tree.push(0, 0);
    }
    node = tree[place]!;
  }
}
build();

/** Throws on what is no code, on the end-of-text symbol, and on padding that is too long or not all ones. */
export function decodeHuffman(bytes: Buffer): string {
  const text = Buffer.allocUnsafe(Math.ceil((bytes.length * 8) / 5));
  let size = 0;
  let node = 0;
  let open = 0;
  let isPadding = true;
  for (const byte of bytes) {
    for (let at = 7; at >= 0; at--) {
      const bit = (byte >>> at) & 1;
      isPadding &&= bit === 1;
      open++;
      node = tree[node + bit]!;
      if (node >= 0) continue;
      const symbol = -1 - node;
      if (symbol === endOfText) throw new ConnectionFault(errorCode.compression);
      text[size++] = symbol;
      node = 0;
      open = 0;
      isPadding = true;
    }
  }
  if (open > 7 || !isPadding) throw new ConnectionFault(errorCode.compression);
  return text.toString('latin1', 0, size);
}
