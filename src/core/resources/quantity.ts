/** Kubernetes quantities (`10Mi`, `1e3`, `500m`) as numbers. */

const suffixes: Record<string, number> = {
  '': 1,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** Throws when the text is no quantity. */
export function quantityToNumber(text: string): number {
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d+)|([A-Za-z]{0,2}))$/.exec(text);
  const factor = match === null ? undefined : suffixes[match[3] ?? ''];
  if (match === null || factor === undefined) throw new Error(`not a quantity: ${text}`);
  return Number(match[1] + (match[2] ?? '')) * factor;
}
