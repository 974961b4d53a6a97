/** The request body as text, within a size limit; a larger one is refused before it is held. */
import type { IncomingMessage } from 'node:http';

export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge';
}
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
}

const nothing = Buffer.alloc(0);

export function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > maxBytes) return Promise.reject(new BodyTooLarge());
  // Nearly every request has come with its head in one read: it is taken without waiting for the stream's events.
  if (request.complete && !request.destroyed && request.readableLength <= maxBytes)
    return Promise.resolve((request.read() as Buffer | null) ?? nothing);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) {
        request.removeAllListeners('data');
        reject(new BodyTooLarge());
      } else chunks.push(chunk);
    });
    // 'close' follows 'end' too, and an error with its stack costs 3 µs: only the first of them counts.
    let done = false;
    const gone = () => {
      if (!done) reject(new ClientGone());
    };
    request.on('end', () => {
      done = true;
      resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks));
    });
    request.on('error', gone);
    request.on('close', gone);
  });
}
