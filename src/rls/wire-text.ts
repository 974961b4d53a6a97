/** Text of a message: ASCII at once, as nearly all of it is; other bytes must be UTF-8. */
import { isUtf8 } from 'node:buffer';

/** A fault of the sender, not a name with question marks. */
export class InvalidUtf8 extends Error {
  override readonly name = 'InvalidUtf8';
  constructor() {
    super('string field contains invalid UTF-8');
  }
}

export function textAt(bytes: Buffer, start: number, end: number): string {
  for (let at = start; at < end; at++) {
    if (bytes[at]! < 0x80) continue;
    if (!isUtf8(bytes.subarray(start, end))) throw new InvalidUtf8();
    return bytes.toString('utf8', start, end);
  }
  return bytes.toString('latin1', start, end);
}
