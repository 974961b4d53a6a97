/** All expressions of one regex guard as one: where they match, and the text with labels in place of what matched. */
import { builtinPatterns, builtinRegex } from './builtins.ts';
import type { RegexCheck } from './model.ts';
import type { CompileRegex, LinearRegex } from './regex.ts';

/** What stands in place of a match of an expression of the policy's own. */
const maskedLabel = '<masked>';

export interface Match {
  start: number;
  end: number;
  label: string;
}

export interface Scanner {
  /** In order, apart from each other; those that overlap are one. */
  find(text: string, from: number): Match[];
  /** Everything it finds is of a form that `endsBuiltins` knows the ends of. */
  onlyBuiltins: boolean;
}

/** Throws what the engine says of an expression that is none. */
export function compileScanner({ builtins, matches }: RegexCheck, compile: CompileRegex): Scanner {
  const patterns: { label: string; regex: LinearRegex }[] = [
    ...builtins.map((name) => ({
      label: builtinPatterns[name].label,
      regex: builtinRegex(builtinPatterns[name]),
    })),
    ...matches.map((source) => ({ label: maskedLabel, regex: compile(source) })),
  ];
  return {
    onlyBuiltins: matches.length === 0,
    find: (text, from) => {
      const found = patterns.flatMap(({ label, regex }) =>
        regex.matches(text, from).map(([start, end]) => ({ start, end, label })),
      );
      return found.length < 2 ? found.filter(isSomething) : joined(found.filter(isSomething));
    },
  };
}

const isSomething = ({ start, end }: Match) => end > start;

/** The earlier, then the longer one gives the label: nothing of a match that another one cuts into may stay. */
function joined(found: Match[]): Match[] {
  found.sort((a, b) => a.start - b.start || b.end - a.end);
  const result: Match[] = [];
  for (const match of found) {
    const last = result.at(-1);
    if (last === undefined || match.start >= last.end) result.push({ ...match });
    else last.end = Math.max(last.end, match.end);
  }
  return result;
}

/** `text` from `from` on, with labels. `matches` are of this text. */
export function withLabels(text: string, from: number, matches: readonly Match[]): string {
  let out = '';
  let at = from;
  for (const { start, end, label } of matches) {
    out += text.slice(at, start) + label;
    at = end;
  }
  return out + text.slice(at);
}
