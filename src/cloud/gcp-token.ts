/** Tokens of Google Cloud: of a service account or external account, or of the surroundings. */
import type { GoogleAuth } from 'google-auth-library';
import type { GcpCredential } from '../core/config/credential.ts';
import type { Obtained } from './renewed.ts';

const scopes = ['https://www.googleapis.com/auth/cloud-platform'];
/** Google's own; tokens whose lifetime is not told live as long. */
const lifetimeMs = 3_600_000;

/** `request`: in place of the platform's fetch, for the calls that obtain the token. */
export async function obtainGcpToken(
  { credentials, audience }: GcpCredential,
  request?: typeof fetch,
): Promise<Obtained<string>> {
  const { GoogleAuth } = await import('google-auth-library');
  // A new one each time: it keeps no token that is about to expire.
  const auth = new GoogleAuth({
    scopes,
    ...(credentials !== undefined && { credentials: JSON.parse(credentials) }),
    ...(request && { clientOptions: { transporterOptions: { fetchImplementation: request } } }),
  });
  return audience === undefined ? accessToken(auth) : identityToken(auth, audience);
}

async function accessToken(auth: GoogleAuth): Promise<Obtained<string>> {
  const client = await auth.getClient();
  const askedAtMs = Date.now();
  const { token } = await client.getAccessToken();
  if (typeof token !== 'string' || token === '') throw new Error('Google gave no access token');
  return { value: token, expiresAtMs: client.credentials.expiry_date ?? askedAtMs + lifetimeMs };
}

/** For services of one's own that Google guards (Cloud Run): it says who calls, and whom. */
async function identityToken(auth: GoogleAuth, audience: string): Promise<Obtained<string>> {
  const client = await auth.getIdTokenClient(audience);
  const token = await client.idTokenProvider.fetchIdToken(audience);
  if (typeof token !== 'string' || token === '') throw new Error('Google gave no identity token');
  return { value: token, expiresAtMs: expiryOf(token) };
}

function expiryOf(token: string): number {
  const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  const { exp } = claims as { exp?: unknown };
  if (typeof exp !== 'number') throw new Error('the identity token does not say when it expires');
  return exp * 1_000;
}
