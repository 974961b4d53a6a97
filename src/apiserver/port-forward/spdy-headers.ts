/** SPDY/3 header blocks: names and values, deflated as one stream per direction with a preset dictionary (section 2.6.10). */
import { constants, createInflate, type Inflate } from 'node:zlib';

/** Words of the dictionary, each behind its length in four bytes. */
const words =
  'options head post put delete trace accept accept-charset accept-encoding accept-language accept-ranges age allow authorization cache-control connection content-base content-encoding content-language content-length content-location content-md5 content-range content-type date etag expect expires from host if-match if-modified-since if-none-match if-range if-unmodified-since last-modified location max-forwards pragma proxy-authenticate proxy-authorization range referer retry-after server te trailer transfer-encoding upgrade user-agent vary via warning www-authenticate method get status 200\u00a0OK version HTTP/1.1 url public set-cookie keep-alive origin';
const text =
  '100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized403 Forbidden404 Not Found500 Internal Server Error501 Not Implemented503 Service UnavailableJan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMTchunked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,text/plain,text/javascript,publicprivatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0.';

export const spdyDictionary = Buffer.concat([
  ...words.split(' ').map((word) => lengthPrefixed(word.replace('\u00a0', ' '))),
  Buffer.from(text, 'latin1'),
]);

/** A block of more names than this, or longer than 64 KiB once inflated, is no port-forward request. */
const maxNames = 64;
const maxBlockBytes = 64 * 1024;

/** Blocks must be read in the order in which they came, whether they are of interest or not. */
export class HeaderReader {
  readonly #inflate: Inflate = createInflate({ dictionary: spdyDictionary, flush: constants.Z_SYNC_FLUSH });
  #chunks: Buffer[] = [];
  #size = 0;
  #failure: Error | undefined;

  constructor() {
    this.#inflate.on('data', (chunk: Buffer) => {
      this.#size += chunk.length;
      if (this.#size > maxBlockBytes) this.#inflate.destroy(new Error('header block is too long'));
      else this.#chunks.push(chunk);
    });
    this.#inflate.on('error', (error) => {
      this.#failure = error;
    });
  }

  async read(block: Buffer): Promise<Map<string, string>> {
    this.#chunks = [];
    this.#size = 0;
    await new Promise<void>((resolve) => {
      this.#inflate.once('close', resolve);
      this.#inflate.write(block, () => {
        this.#inflate.off('close', resolve);
        resolve();
      });
    });
    if (this.#failure !== undefined) throw this.#failure;
    return parse(Buffer.concat(this.#chunks));
  }

  close(): void {
    this.#inflate.destroy();
  }
}

function parse(block: Buffer): Map<string, string> {
  const headers = new Map<string, string>();
  let at = 4;
  const count = block.readUInt32BE(0);
  if (count > maxNames) throw new Error('header block has too many names');
  const next = () => {
    const length = block.readUInt32BE(at);
    const value = block.toString('latin1', at + 4, at + 4 + length);
    at += 4 + length;
    return value;
  };
  for (let i = 0; i < count; i++) {
    const name = next();
    headers.set(name.toLowerCase(), next());
  }
  return headers;
}

/**
 * Blocks without a name, which is all that replies need: stored, not compressed, so no compressor has to be kept. The first
 * one begins the zlib stream (RFC 1950, 1951 section 3.2.4). The empty block after it is what a compressor's flush leaves: Go's
 * reader hands data out only when it sees one.
 */
export function emptyHeaderBlock(first: boolean): Buffer {
  const stored = Buffer.from([0, 4, 0, 0xfb, 0xff, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]);
  return first ? Buffer.concat([Buffer.from([0x78, 0x01]), stored]) : stored;
}

function lengthPrefixed(word: string): Buffer {
  const bytes = Buffer.alloc(4 + word.length, word, 'latin1');
  bytes.writeUInt32BE(word.length, 0);
  bytes.write(word, 4, 'latin1');
  return bytes;
}
