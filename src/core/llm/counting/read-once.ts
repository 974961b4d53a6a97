/** A body as it is sent, read for counting. */
import type { Fields } from '../fields.ts';

/**
 * Undefined where a member comes twice: which one the provider goes by nobody knows, and a small one must not stand for a large one.
 * Strings that are read but once are as many in the text as in what was read.
 */
export function readOnce(text: string): Fields | undefined {
  const body = JSON.parse(text) as Fields;
  return quotesIn(text) === quotesIn(JSON.stringify(body)) ? body : undefined;
}

/** Those that begin or end a string. */
function quotesIn(json: string): number {
  let quotes = 0;
  for (let i = 0; i < json.length; i++) {
    const code = json.charCodeAt(i);
    if (code === 0x22) quotes++;
    else if (code === 0x5c) i++;
  }
  return quotes;
}
