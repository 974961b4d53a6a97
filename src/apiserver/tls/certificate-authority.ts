/** A certificate authority of this data directory's own, and a server certificate for loopback names. */
import './reflect-metadata.ts';
import { webcrypto } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import { writePrivateFile } from './private-file.ts';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const day = 24 * 60 * 60 * 1000;
const authorityDays = 3650;
const serverDays = 365;
const renewBeforeDays = 30;

export interface TlsMaterial {
  /** PEM of the authority's certificate: what clients trust. */
  ca: string;
  /** PEM of the server's certificate and key. */
  cert: string;
  key: string;
}

interface KeyPair {
  publicKey: CryptoKey;
  privateKey: CryptoKey;
}
interface Issued {
  certificate: x509.X509Certificate;
  keys: KeyPair;
}

/** Reads what the directory has, and makes what is missing, unreadable or about to expire. `names` are DNS names and IP addresses. */
export async function openTlsMaterial(
  directory: string,
  names: readonly string[],
  now: Date,
): Promise<TlsMaterial> {
  x509.cryptoProvider.set(webcrypto as Crypto);
  const path = (name: string) => join(directory, name);
  const known = await readIssued(path('api-ca.crt'), path('api-ca.key'), now);
  const authority = known ?? (await createAuthority(now));
  if (known === undefined) await writeIssued(path('api-ca.crt'), path('api-ca.key'), authority);
  const kept =
    known === undefined ? undefined : await readIssued(path('api-server.crt'), path('api-server.key'), now);
  const usable = kept !== undefined && (await fits(kept.certificate, authority, names));
  const server = usable ? kept : await createServer(authority, names, now);
  if (!usable) await writeIssued(path('api-server.crt'), path('api-server.key'), server);
  return {
    ca: authority.certificate.toString('pem'),
    cert: server.certificate.toString('pem'),
    key: await pemOfKey(server.keys.privateKey),
  };
}

async function createAuthority(now: Date): Promise<Issued> {
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: 'CN=Tollgate local authority',
    notBefore: new Date(now.getTime() - day),
    notAfter: new Date(now.getTime() + authorityDays * day),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate, keys };
}

async function createServer(authority: Issued, names: readonly string[], now: Date): Promise<Issued> {
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: 'CN=Tollgate API server',
    issuer: authority.certificate.subject,
    notBefore: new Date(now.getTime() - day),
    notAfter: new Date(now.getTime() + serverDays * day),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: authority.keys.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(names.map(alternativeName)),
      await x509.AuthorityKeyIdentifierExtension.create(authority.certificate),
    ],
  });
  return { certificate, keys };
}

function alternativeName(name: string): { type: 'ip' | 'dns'; value: string } {
  return { type: /^[\d.]+$|:/.test(name) ? 'ip' : 'dns', value: name };
}

async function fits(
  server: x509.X509Certificate,
  authority: Issued,
  names: readonly string[],
): Promise<boolean> {
  const extension = server.getExtension(x509.SubjectAlternativeNameExtension);
  const present = new Set(extension?.names.toJSON().map((name) => name.value));
  if (!names.every((name) => present.has(name))) return false;
  return server.verify({ publicKey: authority.certificate.publicKey, signatureOnly: true });
}

/** Undefined for files that are missing, do not parse, do not belong together or are within 30 days of their end. */
async function readIssued(certificatePath: string, keyPath: string, now: Date): Promise<Issued | undefined> {
  if (!existsSync(certificatePath) || !existsSync(keyPath)) return undefined;
  try {
    const certificate = new x509.X509Certificate(readFileSync(certificatePath, 'utf8'));
    if (certificate.notAfter.getTime() - now.getTime() < renewBeforeDays * day) return undefined;
    const der = x509.PemConverter.decodeFirst(readFileSync(keyPath, 'utf8'));
    const privateKey = await webcrypto.subtle.importKey('pkcs8', der, algorithm, true, ['sign']);
    const publicKey = await certificate.publicKey.export(algorithm, ['verify']);
    const probe = new Uint8Array(16);
    const signature = await webcrypto.subtle.sign(algorithm, privateKey, probe);
    if (!(await webcrypto.subtle.verify(algorithm, publicKey, signature, probe))) return undefined;
    return { certificate, keys: { privateKey, publicKey } };
  } catch {
    return undefined;
  }
}

async function writeIssued(certificatePath: string, keyPath: string, issued: Issued): Promise<void> {
  writePrivateFile(keyPath, await pemOfKey(issued.keys.privateKey));
  writePrivateFile(certificatePath, issued.certificate.toString('pem'));
}

function generateKeys(): Promise<KeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']) as Promise<KeyPair>;
}

async function pemOfKey(key: CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}

/** Positive and random, as RFC 5280 section 4.1.2.2 asks. */
function serialNumber(): string {
  const bytes = webcrypto.getRandomValues(new Uint8Array(16));
  bytes[0] = (bytes[0]! & 0x7f) | 0x40;
  return Buffer.from(bytes).toString('hex');
}
