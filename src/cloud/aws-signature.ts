/** Signature Version 4 of one call. The library computes it; the platform's SHA-256 is many times faster than one in JavaScript. */
import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import type { SignableCall } from '../core/cloud-auth.ts';

export interface AwsKeys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

/** Headers to add to the call: the signature's own. */
export type SignCall = (call: SignableCall, now: Date) => Promise<Record<string, string>>;

export async function createSigner(keys: AwsKeys, region: string, service: string): Promise<SignCall> {
  const { SignatureV4 } = await import('@smithy/signature-v4');
  const signer = new SignatureV4({ credentials: keys, region, service, sha256: Sha256 });
  return async ({ method, url, headers, body }, now) => {
    const { protocol, hostname, host, port, pathname, searchParams } = new URL(url);
    // A relay on the way may change other headers; they are not what is signed.
    const own = Object.entries(headers).filter(
      ([name]) => name === 'content-type' || name.startsWith('x-amz'),
    );
    const signed = await signer.sign(
      {
        method,
        protocol,
        hostname,
        ...(port !== '' && { port: Number(port) }),
        path: pathname,
        query: Object.fromEntries(searchParams),
        headers: { ...Object.fromEntries(own), host },
        body,
      },
      { signingDate: now },
    );
    return added(signed.headers, headers);
  };
}

function added(
  signed: Record<string, string>,
  before: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(signed).filter(([name]) => name !== 'host' && before[name] === undefined),
  );
}

type Source = string | ArrayBuffer | ArrayBufferView;

class Sha256 {
  readonly #secret: Buffer | undefined;
  #hash: Hash | Hmac;

  constructor(secret?: Source) {
    this.#secret = secret === undefined ? undefined : bytesOf(secret);
    this.#hash = this.#start();
  }

  update(data: Source): void {
    this.#hash.update(bytesOf(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    this.#hash = this.#start();
  }

  #start(): Hash | Hmac {
    return this.#secret === undefined ? createHash('sha256') : createHmac('sha256', this.#secret);
  }
}

function bytesOf(data: Source): Buffer {
  if (typeof data === 'string') return Buffer.from(data, 'utf8');
  return data instanceof ArrayBuffer
    ? Buffer.from(data)
    : Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}
