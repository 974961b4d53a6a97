/** Access tokens of Google Cloud: of a service account or external account, or of the surroundings. */
import type { GcpCredential } from '../core/config/snapshot.ts';
import type { Obtained } from './renewed.ts';

const scopes = ['https://www.googleapis.com/auth/cloud-platform'];
/** Google's own; tokens whose lifetime is not told live as long. */
const lifetimeMs = 3_600_000;

/** `request`: in place of the platform's fetch, for the calls that obtain the token. */
export async function obtainGcpToken(
  { credentials }: GcpCredential,
  request?: typeof fetch,
): Promise<Obtained<string>> {
  const { GoogleAuth } = await import('google-auth-library');
  // A new one each time: it keeps no token that is about to expire.
  const auth = new GoogleAuth({
    scopes,
    ...(credentials !== undefined && { credentials: JSON.parse(credentials) }),
    ...(request && { clientOptions: { transporterOptions: { fetchImplementation: request } } }),
  });
  const client = await auth.getClient();
  const askedAtMs = Date.now();
  const { token } = await client.getAccessToken();
  if (typeof token !== 'string' || token === '') throw new Error('Google gave no access token');
  return { value: token, expiresAtMs: client.credentials.expiry_date ?? askedAtMs + lifetimeMs };
}
