/**
 * Personal data that has a form: found by expressions of our own, each of bounded length and without nested repetition, so that
 * the language's own engine takes linear time for them.
 */
import type { Builtin } from './model.ts';
import type { LinearRegex } from './regex.ts';

interface BuiltinPattern {
  /** What stands in its place. agentgateway's names. */
  label: string;
  /** Global. */
  expression: RegExp;
  /** A cheap look at the text: without it there is nothing to find. */
  hint: RegExp;
  /** Sticky: the same right behind a match, which is no part of what follows. */
  next?: RegExp;
  accepts?(match: string): boolean;
}

export const builtinPatterns: Record<Builtin, BuiltinPattern> = {
  Email: {
    label: '<EMAIL_ADDRESS>',
    expression:
      /(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}._%+-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,24}(?![\p{L}\p{N}])/gu,
    next: /[\p{L}\p{N}._%+-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,24}(?![\p{L}\p{N}])/uy,
    hint: /@/,
  },
  PhoneNumber: {
    label: '<PHONE_NUMBER>',
    // With a country's code, or in the North American form.
    expression:
      /(?<![\w+])(?:\+\d{1,3}(?:[ .-]?\(?\d{1,4}\)?){1,2}(?:[ .-]?\d{2,4}){2,4}|(?:1[ .-]?)?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4})(?!\d)/g,
    hint: /\d\d/,
  },
  Ssn: {
    label: '<SSN>',
    expression: /(?<![\w-])(?!000|666)\d{3}([- .])(?!00)\d{2}\1(?!0000)\d{4}(?![\w-])/g,
    hint: /\d\d/,
  },
  CreditCard: {
    label: '<CREDIT_CARD>',
    expression: /(?<![\w-])\d(?:[ -]?\d){12,18}(?![\w-])/g,
    hint: /\d\d/,
    accepts: hasLuhnDigit,
  },
  CaSin: {
    label: '<CA_SIN>',
    // Nine digits in a row are many things: only with the check digit a number of this kind.
    expression: /(?<![\w-])(?:\d{3}([- ])\d{3}\1\d{3}|\d{9})(?![\w-])/g,
    hint: /\d\d/,
    accepts: (match) => match.length > 9 || hasLuhnDigit(match),
  },
};

export function builtinRegex({ expression, next, hint, accepts }: BuiltinPattern): LinearRegex {
  return {
    matches: (text, from) => {
      if (!hint.test(text)) return [];
      const found: [number, number][] = [];
      expression.lastIndex = from;
      for (let match = expression.exec(text); match !== null; match = expression.exec(text)) {
        if (accepts === undefined || accepts(match[0])) found.push([match.index, expression.lastIndex]);
        for (let end = behind(next, text, expression.lastIndex); end !== undefined; ) {
          found.push([expression.lastIndex, end]);
          expression.lastIndex = end;
          end = behind(next, text, end);
        }
      }
      return found;
    },
  };
}

function behind(next: RegExp | undefined, text: string, from: number): number | undefined {
  if (next === undefined) return undefined;
  next.lastIndex = from;
  return next.test(text) ? next.lastIndex : undefined;
}

/** The check digit of cards and Canadian insurance numbers (ISO/IEC 7812). */
export function hasLuhnDigit(text: string): boolean {
  let sum = 0;
  let count = 0;
  for (let i = text.length - 1; i >= 0; i--) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) continue;
    const doubled = count % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
    count++;
  }
  return count > 0 && sum % 10 === 0;
}

const inWord = /[\p{L}\p{N}._%+\-@()\uD800-\uDFFF]/u;

/**
 * Whether nothing that was found could stretch over this character: prose has such a place behind nearly every word, so a stream
 * is held back by about a word. `previous` is '' at the begin. A half of a surrogate pair is never one.
 */
export function endsBuiltins(character: string, previous: string): boolean {
  if (character === ' ') return !/[\d)]/.test(previous);
  return !inWord.test(character);
}
