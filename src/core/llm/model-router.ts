/** Backends that serve several models: the one a client asks for decides which target takes the call. */
import type { ProviderTarget, RouteType } from '../config/snapshot.ts';

/** Whether targets are chosen by the model asked for; otherwise the first one serves. */
export function routesByModel(targets: readonly ProviderTarget[]): boolean {
  return targets[0]?.asked !== undefined;
}

/** The exact name first, then the longest pattern; undefined when none has it. `*` stands for any characters, at one end. */
export function targetFor(targets: readonly ProviderTarget[], asked: string): ProviderTarget | undefined {
  let best: ProviderTarget | undefined;
  for (const target of targets) {
    const pattern = target.asked ?? '';
    if (pattern === asked) return target;
    if (matches(pattern, asked) && pattern.length > (best?.asked ?? '').length) best = target;
  }
  return best;
}

function matches(pattern: string, asked: string): boolean {
  if (pattern.endsWith('*')) return asked.startsWith(pattern.slice(0, -1));
  return pattern.startsWith('*') && asked.endsWith(pattern.slice(1));
}

/** As the client names it: in the path for Gemini's API, else in the body. Undefined where it names none. */
export function askedModel(routeType: RouteType, path: string, body: string): string | undefined {
  if (routeType === 'GenerateContent' || routeType === 'GeminiCountTokens') {
    const inPath = /\/models\/([^:?#]+):/.exec(path)?.[1];
    return inPath === undefined ? undefined : decoded(inPath);
  }
  try {
    const { model } = JSON.parse(body) as { model?: unknown };
    return typeof model === 'string' ? model : undefined;
  } catch {
    // What is wrong with the body is for translation to say.
    return undefined;
  }
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
