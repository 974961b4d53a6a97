/**
 * Values of virtual keys: `tg_`, 32 random characters (190 bits), 6 characters of checksum. The prefix lets scanners find leaked
 * ones, and the checksum tell those from what only looks like one.
 */
const prefix = 'tg_';
const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const bodyLength = 32;
const checksumLength = 6;
const form = new RegExp(`^${prefix}[0-9A-Za-z]{${bodyLength + checksumLength}}$`);

/** Bytes above the largest multiple of 62 would make some characters likelier than others. */
const usableBytes = 248;

/** `random` gives that many random bytes; it is asked again where too many had to be thrown away. */
export function newKeyValue(random: (count: number) => Uint8Array): string {
  let body = '';
  while (body.length < bodyLength) {
    for (const byte of random(bodyLength)) {
      if (byte < usableBytes && body.length < bodyLength) body += alphabet[byte % alphabet.length];
    }
  }
  return prefix + body + checksumOf(body);
}

/** What people recognise a key by: `tg_…x9Qz`; of short or foreign values only the last characters, a quarter at most. */
export function displayOf(value: string): string {
  if (form.test(value)) return `${prefix}…${value.slice(-4)}`;
  return `…${value.slice(value.length - Math.min(4, Math.floor(value.length / 4)))}`;
}

/**
 * What is wrong with a value that begins like a generated one, without a look-up: a character left out or mistyped. Undefined
 * for good ones and for values of another origin.
 */
export function keyValueFault(value: string): string | undefined {
  if (!value.startsWith(prefix)) return undefined;
  const length = prefix.length + bodyLength + checksumLength;
  if (!form.test(value)) return `a key that begins with ${prefix} has ${length} letters and digits in all`;
  const body = value.slice(prefix.length, -checksumLength);
  return value.endsWith(checksumOf(body)) ? undefined : 'the checksum of the key is wrong: it is mistyped';
}

/** CRC-32 (IEEE 802.3) in base 62. */
function checksumOf(body: string): string {
  let crc = 0xffffffff;
  for (let i = 0; i < body.length; i++) {
    crc ^= body.charCodeAt(i);
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  let rest = ~crc >>> 0;
  let text = '';
  for (let i = 0; i < checksumLength; i++) {
    text = alphabet[rest % alphabet.length] + text;
    rest = Math.floor(rest / alphabet.length);
  }
  return text;
}
