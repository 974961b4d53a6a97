/** Plain YAML scalars as yaml.v2 resolves them (its mix of YAML 1.1 and Go's number notation). */

export type ScalarTag = 'str' | 'int' | 'float' | 'bool' | 'null' | 'timestamp';

export interface Scalar {
  tag: ScalarTag;
  /** int: bigint within 64 bits, signed or unsigned. */
  value: string | bigint | number | boolean | null;
}

const words = new Map<string, Scalar>();
const addWords = (tag: ScalarTag, value: Scalar['value'], list: string) => {
  for (const word of list.split(' ')) words.set(word, { tag, value });
};
addWords('null', null, ' ~ null Null NULL');
addWords('bool', true, 'y Y yes Yes YES true True TRUE on On ON');
addWords('bool', false, 'n N no No NO false False FALSE off Off OFF');
addWords('float', Number.NaN, '.nan .NaN .NAN');
addWords('float', Infinity, '.inf .Inf .INF +.inf +.Inf +.INF');
addWords('float', -Infinity, '-.inf -.Inf -.INF');

const floatNotation = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const timestampNotation = /^\d{4}-\d{1,2}-\d{1,2}([Tt ]\d{1,2}:\d{1,2}:\d{1,2}(\.\d+)?(Z|[-+]\d\d:\d\d)?)?$/;

export function resolvePlain(text: string): Scalar {
  const word = words.get(text);
  if (word !== undefined) return word;
  const asText: Scalar = { tag: 'str', value: text };
  if (text.startsWith('.')) return floatNotation.test(text) ? { tag: 'float', value: Number(text) } : asText;
  if (!/^[-+0-9]/.test(text)) return asText;
  if (timestampNotation.test(text)) return { tag: 'timestamp', value: text };
  const plain = text.replaceAll('_', '');
  const whole = wholeNumber(plain);
  if (whole !== undefined) return { tag: 'int', value: whole };
  return floatNotation.test(plain) ? { tag: 'float', value: Number(plain) } : asText;
}

const notations: [RegExp, prefix: string][] = [
  [/^0[xX]([0-9a-fA-F]+)$/, '0x'],
  [/^0[bB]([01]+)$/, '0b'],
  [/^0[oO]?([0-7]+)$/, '0o'],
  [/^([1-9][0-9]*|0)$/, ''],
];
const maxInt64 = 2n ** 63n - 1n;
const maxUint64 = 2n ** 64n - 1n;
/** Longer texts are no 64-bit number; without the bound a megabyte of digits would cost seconds. */
const maxDigits = 70;

/** A number of 64 bits in Go's notation: `010` is 8, `0x10` is 16; undefined when it is none. */
function wholeNumber(text: string): bigint | undefined {
  if (text.length > maxDigits) return undefined;
  const sign = /^[-+]/.test(text) ? text[0] : '';
  for (const [notation, prefix] of notations) {
    const digits = notation.exec(text.slice(sign === '' ? 0 : 1))?.[1];
    if (digits === undefined) continue;
    const value = BigInt(prefix + digits);
    if (sign === '-') return value <= maxInt64 + 1n ? -value : undefined;
    return value <= (sign === '+' ? maxInt64 : maxUint64) ? value : undefined;
  }
  return undefined;
}

/** False for a number that only an unsigned 64-bit field could hold. */
export function fitsInt64(value: bigint): boolean {
  return value <= maxInt64;
}
