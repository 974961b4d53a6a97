/** HPACK's decoder (RFC 7541): one for each connection, in the order of its header blocks. */
import { ConnectionFault, demand, errorCode } from './frames.ts';
import { decodeHuffman } from './huffman.ts';

export type Header = readonly [name: string, value: string];

const staticTable: readonly Header[] =
  `:authority|:method=GET|:method=POST|:path=/|:path=/index.html|:scheme=http|:scheme=https
:status=200|:status=204|:status=206|:status=304|:status=400|:status=404|:status=500|accept-charset|accept-encoding=gzip, deflate
accept-language|accept-ranges|accept|access-control-allow-origin|age|allow|authorization|cache-control|content-disposition
content-encoding|content-language|content-length|content-location|content-range|content-type|cookie|date|etag|expect|expires|from
host|if-match|if-modified-since|if-none-match|if-range|if-unmodified-since|last-modified|link|location|max-forwards
proxy-authenticate|proxy-authorization|range|referer|refresh|retry-after|server|set-cookie|strict-transport-security
transfer-encoding|user-agent|vary|via|www-authenticate`
    .split(/[|\n]/)
    .map((line): Header => {
      const [name = '', value = ''] = line.split('=');
      return [name, value];
    });

const tableBytes = 4_096;
const entryBytes = 32;

export class HpackDecoder {
  /** The newest first. */
  readonly #table: Header[] = [];
  #size = 0;
  #maxSize = tableBytes;
  #block: Buffer = Buffer.alloc(0);
  #at = 0;

  /**
   * The fields of a block. The table is kept right even of a block whose list is too long: then what is beyond `maxListBytes`
   * is left out and `isTooLong` is true.
   */
  decode(block: Buffer, maxListBytes: number): { headers: Header[]; isTooLong: boolean } {
    this.#block = block;
    this.#at = 0;
    const headers: Header[] = [];
    let bytes = 0;
    while (this.#at < block.length) {
      const header = this.#field(headers.length === 0);
      if (header === undefined) continue;
      bytes += sizeOf(header);
      if (bytes <= maxListBytes) headers.push(header);
    }
    this.#block = Buffer.alloc(0);
    return { headers, isTooLong: bytes > maxListBytes };
  }

  /** Undefined for a change of the table's size, which comes before all fields. */
  #field(isFirst: boolean): Header | undefined {
    const byte = this.#block[this.#at]!;
    if (byte & 0x80) return this.#entry(this.#integer(0x7f));
    if (byte & 0x40) {
      const header = this.#literal(0x3f);
      this.#add(header);
      return header;
    }
    if ((byte & 0xe0) === 0x20) {
      const size = this.#integer(0x1f);
      demand(isFirst && size <= tableBytes, errorCode.compression);
      this.#maxSize = size;
      this.#evict();
      return undefined;
    }
    return this.#literal(0x0f);
  }

  #literal(mask: number): Header {
    const index = this.#integer(mask);
    const name = index === 0 ? this.#text() : this.#entry(index)[0];
    return [name, this.#text()];
  }

  #entry(index: number): Header {
    const header =
      index <= staticTable.length ? staticTable[index - 1] : this.#table[index - staticTable.length - 1];
    if (header === undefined) throw new ConnectionFault(errorCode.compression);
    return header;
  }

  #add(header: Header): void {
    this.#table.unshift(header);
    this.#size += sizeOf(header);
    this.#evict();
  }

  #evict(): void {
    while (this.#size > this.#maxSize) this.#size -= sizeOf(this.#table.pop()!);
  }

  #text(): string {
    const isCoded = (this.#byte() & 0x80) !== 0;
    this.#at--;
    const length = this.#integer(0x7f);
    const end = this.#at + length;
    demand(end <= this.#block.length, errorCode.compression);
    const bytes = this.#block.subarray(this.#at, end);
    this.#at = end;
    return isCoded ? decodeHuffman(bytes) : bytes.toString('latin1');
  }

  /** `mask` are the bits of the first byte that belong to it. */
  #integer(mask: number): number {
    let value = this.#byte() & mask;
    if (value < mask) return value;
    for (let shift = 0; ; shift += 7) {
      // 2^28 is beyond everything that is allowed.
      demand(shift <= 21, errorCode.compression);
      const byte = this.#byte();
      value += (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }

  #byte(): number {
    const byte = this.#block[this.#at++];
    if (byte === undefined) throw new ConnectionFault(errorCode.compression);
    return byte;
  }
}

function sizeOf([name, value]: Header): number {
  return name.length + value.length + entryBytes;
}

/** Names in lower case, pseudo-fields first, and those that a request must have. */
export function isRequest(headers: readonly Header[]): boolean {
  let isAfterPseudo = false;
  let wanted = 2;
  for (const [name] of headers) {
    if (name !== name.toLowerCase()) return false;
    if (!name.startsWith(':')) isAfterPseudo = true;
    else if (isAfterPseudo) return false;
    else if (name === ':method' || name === ':path') wanted--;
  }
  return wanted === 0;
}
