/** CIDR blocks (RFC 4632, RFC 4291) over addresses as sockets report them. */

/** IPv4 is compared as IPv4-mapped IPv6 (`::ffff:a.b.c.d`), which is also how dual-stack sockets report it. */
const mapped = 0xffffn << 32n;

/** 128 bits; undefined for what is no address. */
export function addressBits(text: string): bigint | undefined {
  const plain = text.split('%', 1)[0]!;
  if (!plain.includes(':')) {
    const v4 = ipv4Bits(plain);
    return v4 === undefined ? undefined : mapped | v4;
  }
  return ipv6Bits(plain);
}

function ipv4Bits(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let bits = 0n;
  for (const part of parts) {
    if (!/^\d{1,3}$/.test(part) || Number(part) > 255) return undefined;
    bits = (bits << 8n) | BigInt(part);
  }
  return bits;
}

function ipv6Bits(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map(groupsOf);
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  const given = head.length + (tail?.length ?? 0);
  if (halves.length === 1 ? given !== 8 : given > 7) return undefined;
  const zeros = new Array<bigint>(8 - given).fill(0n);
  return [...head, ...zeros, ...(tail ?? [])].reduce((bits, group) => (bits << 16n) | group, 0n);
}

/** The last group may be an IPv4 address, which stands for two. */
function groupsOf(text: string): bigint[] | undefined {
  if (text === '') return [];
  const groups: bigint[] = [];
  for (const part of text.split(':')) {
    if (part.includes('.')) {
      const v4 = ipv4Bits(part);
      if (v4 === undefined) return undefined;
      groups.push(v4 >> 16n, v4 & 0xffffn);
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(BigInt(`0x${part}`));
    else return undefined;
  }
  return groups;
}

/** Whether it is a block that some address can be inside of. */
export function isBlock(block: string): boolean {
  return isInside(block, block.slice(0, Math.max(0, block.indexOf('/'))));
}

/** False for a block or an address that is none: what is not known to be inside is outside. */
export function isInside(block: string, address: string): boolean {
  const slash = block.indexOf('/');
  const network = addressBits(block.slice(0, slash));
  const bits = addressBits(address);
  if (slash < 0 || network === undefined || bits === undefined) return false;
  const isV4 = !block.slice(0, slash).includes(':');
  const length = Number(block.slice(slash + 1)) + (isV4 ? 96 : 0);
  if (!(length >= 0 && length <= 128)) return false;
  const shift = BigInt(128 - length);
  return network >> shift === bits >> shift;
}
