/** Which backend serves a model: the route's list of names, where one asks for `smart` and gets what stands behind it. */

/** One entry of a rule's list. `*` at an end of `name` stands for any characters. */
export interface ModelRoute {
  name: string;
  /** Key of an AI backend in the snapshot. */
  backend: string;
  /** Of several entries with one name: the share of calls. */
  weight: number;
  /** Clients may see it in the list of models; those that are not listed are asked for by other entries only. */
  listed: boolean;
  /** Taken off the name before the provider is asked. */
  stripPrefix?: string;
}

/** A name in full wins over a pattern, a longer pattern over a shorter one; `random` is in [0, 1). */
export function matchModel(
  routes: readonly ModelRoute[],
  asked: string,
  random: number,
): ModelRoute | undefined {
  let best: string | undefined;
  for (const { name } of routes) {
    if (name === asked) {
      best = name;
      break;
    }
    if (matchesPattern(name, asked) && name.length > (best?.length ?? 0)) best = name;
  }
  const entries = routes.filter(({ name, weight }) => name === best && weight > 0);
  let at = random * entries.reduce((sum, { weight }) => sum + weight, 0);
  return entries.find(({ weight }) => {
    at -= weight;
    return at < 0;
  });
}

function matchesPattern(pattern: string, asked: string): boolean {
  if (pattern === '*') return true;
  if (pattern.endsWith('*')) return asked.startsWith(pattern.slice(0, -1));
  return pattern.startsWith('*') && asked.endsWith(pattern.slice(1));
}
