/** Certificates for tests of TLS: an authority, and what it signs for loopback servers and for clients. */
import '../../src/apiserver/tls/reflect-metadata.ts';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const hourMs = 3_600_000;

export interface Certificate {
  cert: string;
  key: string;
}
export interface Authority {
  ca: string;
  issue(): Promise<Certificate>;
}

export async function createAuthority(name: string): Promise<Authority> {
  x509.cryptoProvider.set(webcrypto as Crypto);
  const keys = await generate();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: `CN=${name}`,
    ...validity(),
    signingAlgorithm: algorithm,
    keys,
    extensions: [new x509.BasicConstraintsExtension(true, 0, true)],
  });
  return { ca: certificate.toString('pem'), issue: () => issue(certificate.subject, keys.privateKey) };
}

/** Good for 127.0.0.1 as a server, and as a client. */
async function issue(issuer: string, signingKey: CryptoKey): Promise<Certificate> {
  const keys = await generate();
  const { serverAuth, clientAuth } = x509.ExtendedKeyUsage;
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: '02',
    subject: 'CN=test',
    issuer,
    ...validity(),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey,
    extensions: [
      new x509.ExtendedKeyUsageExtension([serverAuth, clientAuth]),
      new x509.SubjectAlternativeNameExtension([
        { type: 'ip', value: '127.0.0.1' },
        { type: 'dns', value: 'localhost' },
      ]),
    ],
  });
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { cert: certificate.toString('pem'), key: x509.PemConverter.encode(key, 'PRIVATE KEY') };
}

function generate() {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

function validity() {
  return { notBefore: new Date(Date.now() - hourMs), notAfter: new Date(Date.now() + hourMs) };
}
