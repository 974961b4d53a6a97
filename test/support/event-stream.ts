/** Messages of AWS event streams, as a provider would send them. */
import { crc32 } from 'node:zlib';

export function eventStreamMessage(headers: Record<string, string>, payload: string | Buffer): Buffer {
  const encoded = Buffer.concat(
    Object.entries(headers).map(([name, value]) => {
      const text = Buffer.from(value);
      const head = Buffer.alloc(4 + name.length);
      head.writeUInt8(name.length, 0);
      head.write(name, 1);
      head.writeUInt8(7, 1 + name.length);
      head.writeUInt16BE(text.length, 2 + name.length);
      return Buffer.concat([head, text]);
    }),
  );
  const body = Buffer.from(payload);
  const prelude = Buffer.alloc(12);
  prelude.writeUInt32BE(16 + encoded.length + body.length, 0);
  prelude.writeUInt32BE(encoded.length, 4);
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
  const unsigned = Buffer.concat([prelude, encoded, body]);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(unsigned), 0);
  return Buffer.concat([unsigned, checksum]);
}

/** The header names and values that Bedrock sends with each kind of message. */
export function awsEvent(type: string, payload: object): Buffer {
  return eventStreamMessage(
    { ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' },
    JSON.stringify(payload),
  );
}

export function awsException(type: string, message: string): Buffer {
  return eventStreamMessage(
    { ':exception-type': type, ':content-type': 'application/json', ':message-type': 'exception' },
    JSON.stringify({ message }),
  );
}

/** InvokeModelWithResponseStream wraps each event of the model's own stream, padded to hide its length. */
export function invokeChunk(event: object): Buffer {
  const bytes = Buffer.from(JSON.stringify(event)).toString('base64');
  return awsEvent('chunk', { bytes, p: 'abcdefghijklm' });
}
