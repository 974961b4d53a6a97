/** The header blocks of answers: literals that need no table, and are the same for every call that ends well. */
import { encodeMessage } from './grpc-status.ts';

/** Literals without indexing (RFC 7541, 6.2.2), in plain text. */
function literal(name: string, value: string): Buffer {
  return Buffer.concat([Buffer.of(0), text(name), text(value)]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1');
  return Buffer.concat([length(bytes.length), bytes]);
}

/** An integer with a prefix of 7 bits. */
function length(value: number): Buffer {
  if (value < 0x7f) return Buffer.of(value);
  const bytes = [0x7f];
  let rest = value - 0x7f;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Buffer.from([...bytes, rest]);
}

/** `:status: 200` is in the static table. */
const ok = Buffer.of(0x88);
const grpc = literal('content-type', 'application/grpc');

export const responseHead: Buffer = Buffer.concat([ok, grpc]);
export const okTrailers: Buffer = literal('grpc-status', '0');

/** An answer that is a status alone. */
export function statusBlock(status: number, message: string, http = 200): Buffer {
  return Buffer.concat([
    http === 200 ? ok : literal(':status', String(http)),
    grpc,
    literal('grpc-status', String(status)),
    literal('grpc-message', encodeMessage(message)),
  ]);
}
