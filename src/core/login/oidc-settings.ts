/** How the console logs people in with OpenID Connect. */
import type { RoleRule } from './role-map.ts';

export interface OidcSettings {
  /** https, or http on a loopback address. */
  issuer: string;
  clientId: string;
  /** Read at each login, so that it can be changed. Absent: a public client, with PKCE alone. */
  clientSecretFile?: string;
  /** What roles are told by: a claim of the id token or else of userinfo. */
  claim: string;
  roles: readonly RoleRule[];
  /** With spaces between; `openid` is among them. */
  scopes: string;
  /** On the button: "Log in with …". */
  name: string;
  sessionHours: number;
}

/** A fault in words when an issuer's URL cannot be one: secrets travel there. */
export function issuerFault(text: string): string | undefined {
  const match = /^(https?):\/\/(\[[0-9a-f:]+\]|[^/?#@:\s]+)(:\d+)?(\/[^?#\s]*)?$/i.exec(text);
  if (match === null)
    return 'an issuer is a URL without query, such as https://login.example.com/realms/work';
  const [, scheme, host = ''] = match;
  if (scheme?.toLowerCase() === 'https' || /^(localhost|127(\.\d+){3}|\[::1\])$/i.test(host))
    return undefined;
  return 'an issuer is an https URL (http only on this machine): the code and the secret travel there';
}
