/** RE2's regular expressions for guards. The engine (7 MiB in memory) is loaded when the first expression is compiled. */
import { createRequire } from 'node:module';
import type { RE2JS } from 're2js';
import type { CompileRegex } from './core/guard/regex.ts';

let engine: typeof RE2JS | undefined;

export const compileRegex: CompileRegex = (source) => {
  engine ??= (createRequire(import.meta.url)('re2js') as { RE2JS: typeof RE2JS }).RE2JS;
  const compiled = engine.compile(source);
  return {
    matches: (text, from) => {
      const matcher = compiled.matcher(text);
      const found: [number, number][] = [];
      for (let more = matcher.find(from); more; more = matcher.find())
        found.push([matcher.start(), matcher.end()]);
      return found;
    },
  };
};
