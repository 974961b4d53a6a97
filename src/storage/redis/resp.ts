/** RESP2, the protocol of Redis and Valkey: commands out, replies in. */

export type Reply = string | number | null | RedisError | Reply[];

/** An error that the server told; its text is the server's. */
export class RedisError extends Error {
  override readonly name = 'RedisError';
}

/** What came in is no RESP, or more than anyone asked for. */
export class RespError extends Error {
  override readonly name = 'RespError';
}

export function encodeCommand(parts: readonly string[]): string {
  let text = `*${parts.length}\r\n`;
  for (const part of parts) text += `$${Buffer.byteLength(part)}\r\n${part}\r\n`;
  return text;
}

const maxReplyBytes = 64 * 1_024 * 1_024;
const maxItems = 1_000_000;
const maxDepth = 8;
const incomplete = Symbol('incomplete');

/** Cuts a stream of bytes into replies. */
export class ReplyReader {
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;

  /** The replies that are complete with this chunk. Throws `RespError` on anything that is none. */
  push(chunk: Buffer): Reply[] {
    const rest = this.#bytes.subarray(this.#at);
    this.#bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    this.#at = 0;
    if (this.#bytes.length > maxReplyBytes) throw new RespError('a reply is too large');
    const replies: Reply[] = [];
    for (;;) {
      const start = this.#at;
      const reply = this.#read(0);
      if (reply === incomplete) {
        this.#at = start;
        return replies;
      }
      replies.push(reply);
    }
  }

  #read(depth: number): Reply | typeof incomplete {
    const line = this.#line();
    if (line === undefined) return incomplete;
    const rest = line.slice(1);
    switch (line[0]) {
      case '+':
        return rest;
      case '-':
        return new RedisError(rest);
      case ':':
        return whole(rest);
      case '$':
        return this.#bulk(whole(rest));
      case '*':
        return this.#array(whole(rest), depth);
      default:
        throw new RespError('the answer is not that of a Redis server');
    }
  }

  #line(): string | undefined {
    const end = this.#bytes.indexOf('\r\n', this.#at);
    if (end < 0) return undefined;
    const line = this.#bytes.toString('utf8', this.#at, end);
    this.#at = end + 2;
    return line;
  }

  #bulk(length: number): Reply | typeof incomplete {
    if (length < 0) return null;
    const end = this.#at + length;
    if (length > maxReplyBytes) throw new RespError('a reply is too large');
    if (this.#bytes.length < end + 2) return incomplete;
    const text = this.#bytes.toString('utf8', this.#at, end);
    this.#at = end + 2;
    return text;
  }

  #array(length: number, depth: number): Reply | typeof incomplete {
    if (length < 0) return null;
    if (length > maxItems || depth >= maxDepth) throw new RespError('a reply is too large');
    const items: Reply[] = [];
    for (let n = 0; n < length; n++) {
      const item = this.#read(depth + 1);
      if (item === incomplete) return incomplete;
      items.push(item);
    }
    return items;
  }
}

function whole(text: string): number {
  if (!/^-?\d{1,19}$/.test(text)) throw new RespError('the answer is not that of a Redis server');
  return Number(text);
}
