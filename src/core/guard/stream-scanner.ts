/**
 * A scanner for text that arrives in pieces. What may still become a match is held back, everything else goes on at once. Where it
 * decides depends on the text alone, so any cutting of it into pieces gives the same result.
 *
 * Matches of the built-in forms end at places that are known, so about a word is held back. An expression of the policy's own may
 * go on anywhere: it is looked for in a window, and `heldCharacters` are held back. A match that reaches the end of its window is
 * waited for, up to `longestMatch`.
 */
import { endsBuiltins } from './builtins.ts';
import { type Match, type Scanner, withLabels } from './scanner.ts';

/** The most that is held back where nothing is being matched. */
export const heldCharacters = 256;
/** What is decided at a time behind that. */
const step = 128;
/** A match that is longer is taken to end here. */
export const longestMatch = 8_192;

export class StreamScanner {
  /** Labels of what was masked. */
  readonly masked: string[] = [];
  /** Label of what must not go on: it, and all behind it, is kept. */
  rejected: string | undefined;
  readonly #scanner: Scanner;
  readonly #rejects: boolean;
  /** The last character that went on, for word boundaries. */
  #before = '';
  #held = '';
  /** Up to here no built-in form ends. */
  #searched = 0;
  /** Grows while a match reaches its end. */
  #window = step + heldCharacters;

  constructor(scanner: Scanner, rejects: boolean) {
    this.#scanner = scanner;
    this.#rejects = rejects;
  }

  /** What can go on now. */
  push(text: string): string {
    this.#held += text;
    let out = '';
    while (this.rejected === undefined) {
      const end = this.#scanner.onlyBuiltins ? this.#nextEnd() : 0;
      if (end > 0) out += this.#decide(end, end);
      else if (this.#held.length >= this.#window) out += this.#decideWindow();
      else break;
    }
    return out;
  }

  /** The rest, once nothing follows. */
  end(): string {
    const nothing = this.#held === '' || this.rejected !== undefined;
    return nothing ? '' : this.#decide(this.#held.length, this.#held.length);
  }

  /** Behind the first place inside the window that no built-in form goes over; 0: there is none yet. */
  #nextEnd(): number {
    const limit = Math.min(this.#held.length, this.#window);
    for (; this.#searched < limit; this.#searched++) {
      const previous = this.#searched === 0 ? this.#before : this.#held[this.#searched - 1]!;
      if (endsBuiltins(this.#held[this.#searched]!, previous)) return this.#searched + 1;
    }
    return 0;
  }

  #decideWindow(): string {
    const matches = this.#matchesIn(this.#window);
    const open = matches.find((match) => match.end === this.#window + this.#before.length);
    if (open !== undefined && this.#window < longestMatch) {
      this.#window = Math.min(longestMatch, this.#window * 2);
      return '';
    }
    const decided = this.#window - heldCharacters;
    return this.#decide(this.#window, decided, matches);
  }

  #matchesIn(length: number): Match[] {
    return this.#scanner.find(this.#before + this.#held.slice(0, length), this.#before.length);
  }

  /** Of the first `length` characters, those before `until` are decided, and a match that begins before it as a whole. */
  #decide(length: number, until: number, found = this.#matchesIn(length)): string {
    const offset = this.#before.length;
    const matches = found.filter(({ start }) => start < until + offset);
    const text = this.#before + this.#held;
    if (this.#rejects && matches.length > 0) {
      this.rejected = matches[0]!.label;
      return text.slice(offset, matches[0]!.start);
    }
    this.masked.push(...matches.map(({ label }) => label));
    const cut = Math.max(wholeCharacters(this.#held, until), (matches.at(-1)?.end ?? 0) - offset);
    const out = withLabels(text.slice(0, cut + offset), offset, matches);
    this.#before = this.#held[cut - 1]!;
    this.#held = this.#held.slice(cut);
    this.#searched = 0;
    this.#window = step + heldCharacters;
    return out;
  }
}

/** A surrogate pair is not cut. */
function wholeCharacters(text: string, length: number): number {
  const code = text.charCodeAt(length - 1);
  return length < text.length && code >= 0xd800 && code <= 0xdbff ? length - 1 : length;
}
