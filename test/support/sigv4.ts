/** The other side of Signature Version 4, written from its description and not from the library that signs. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

export interface SignedRequest {
  method: string;
  /** Path and query as they were sent. */
  target: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: Buffer;
}

export interface Signature {
  accessKeyId: string;
  date: string;
  region: string;
  service: string;
  signedHeaders: string[];
  signature: string;
}

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest();

export function readAuthorization(header: string): Signature {
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      header,
    );
  if (match === null) throw new Error('no Authorization of Signature Version 4');
  const [, accessKeyId, date, region, service, signedHeaders, signature] = match as unknown as string[];
  return {
    accessKeyId: accessKeyId!,
    date: date!,
    region: region!,
    service: service!,
    signedHeaders: signedHeaders!.split(';'),
    signature: signature!,
  };
}

/** Why the signature is not right; undefined when it is. */
export function faultOfSignature(request: SignedRequest, secretAccessKey: string): string | undefined {
  const claimed = readAuthorization(String(request.headers['authorization']));
  const { date, region, service, signedHeaders } = claimed;
  if (!signedHeaders.includes('host')) return 'host is not signed';
  const time = String(request.headers['x-amz-date']);
  if (!time.startsWith(date)) return 'the date is not that of the credential';
  const told = request.headers['x-amz-content-sha256'];
  if (told !== undefined && told !== sha256(request.body)) return 'the body is not what was signed';
  const [path = '/', query = ''] = request.target.split('?', 2);
  const canonical = [
    request.method,
    // Of all services but S3: what is encoded already is encoded again.
    path.split('/').map(encode).join('/'),
    query.split('&').sort().join('&'),
    ...signedHeaders.map((name) => `${name}:${String(request.headers[name]).trim().replace(/ +/g, ' ')}`),
    '',
    signedHeaders.join(';'),
    sha256(request.body),
  ].join('\n');
  const scope = `${date}/${region}/${service}/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n');
  const keys = [date, region, service, 'aws4_request'];
  const key = keys.reduce<string | Buffer>((from, part) => hmac(from, part), `AWS4${secretAccessKey}`);
  const right = hmac(key, toSign);
  return timingSafeEqual(right, Buffer.from(claimed.signature, 'hex')) ? undefined : 'the signature is wrong';
}

const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
