/**
 * One login by OpenID Connect: to the provider and back. Authorization code flow with PKCE, state and nonce; what must be known
 * at the way back is sealed in a cookie of the browser that went, so nothing is kept for those who only knock. The provider is
 * asked when somebody logs in, never before: one that is down keeps no gateway from starting.
 */
import type { OidcSettings } from '../core/login/oidc-settings.ts';
import type { ConsoleRole } from '../core/login/person.ts';
import { claimAt, roleFor } from '../core/login/role-map.ts';
import { OidcFault } from './oidc-fault.ts';
import { OidcProvider } from './oidc-provider.ts';
import { sameSecret, sha256 } from './same-secret.ts';
import { SealedBox } from './sealed-box.ts';

export const wayMs = 10 * 60_000;
/** States that were used, remembered while they could come again; beyond that the oldest is forgotten. */
const maxUsed = 10_000;

interface Way {
  state: string;
  nonce: string;
  verifier: string;
  redirectUri: string;
  returnTo: string;
  expiresAtMs: number;
}

export interface Identity {
  /** For people: e-mail, user name or subject. */
  name: string;
  subject: string;
  /** Absent: no rule holds. */
  role?: ConsoleRole;
}

export interface OidcParts {
  settings: OidcSettings;
  /** 32 bytes; a way that began at another gateway with the same key may end here. */
  loginKey: Uint8Array;
  nowMs(): number;
  randomBytes(count: number): Uint8Array;
}

export class OidcLogin {
  readonly #parts: OidcParts;
  readonly #provider: OidcProvider;
  readonly #box: SealedBox;
  readonly #used = new Map<string, number>();

  constructor(parts: OidcParts) {
    this.#parts = parts;
    this.#provider = new OidcProvider(parts.settings);
    this.#box = new SealedBox(parts.loginKey, parts.randomBytes);
  }

  /** Where the browser goes, and the cookie that it brings back. Rejects with {@link OidcFault} `unavailable`. */
  async begin(redirectUri: string, returnTo: string): Promise<{ url: string; cookie: string }> {
    const { nowMs, randomBytes } = this.#parts;
    const secret = () => Buffer.from(randomBytes(32)).toString('base64url');
    const way: Way = {
      state: secret(),
      nonce: secret(),
      verifier: secret(),
      redirectUri,
      returnTo,
      expiresAtMs: nowMs() + wayMs,
    };
    const url = await this.#provider.authorizationUrl(way);
    return { url, cookie: this.#box.seal(way) };
  }

  /** `query` is that of the way back. Rejects with {@link OidcFault}. */
  async finish(query: URLSearchParams, cookie: string): Promise<{ who: Identity; returnTo: string }> {
    const way = this.#takeWay(query.get('state') ?? '', cookie);
    const { claim, roles } = this.#parts.settings;
    const claims = await this.#provider.claims(way, query, claim);
    const role = roleFor(roles, claimAt(claims, claim));
    const who = { name: nameOf(claims), subject: claims.sub, ...(role && { role }) };
    return { who, returnTo: way.returnTo };
  }

  /** Where the provider ends its own session; undefined: it announces no such place. Rejects with {@link OidcFault} `unavailable`. */
  logoutUrl(): Promise<string | undefined> {
    return this.#provider.logoutUrl();
  }

  /** Once for each state, in the browser that went, within ten minutes. */
  #takeWay(state: string, cookie: string): Way {
    const way = this.#box.open<Way>(cookie);
    const now = this.#parts.nowMs();
    if (way === undefined || way.expiresAtMs <= now || !sameSecret(way.state, state))
      throw new OidcFault('expired', 'the way back belongs to no login of this browser that is under way');
    const id = sha256(state);
    if (this.#used.has(id)) throw new OidcFault('expired', 'this way back was taken before');
    for (const [known, expiresAtMs] of this.#used) {
      if (expiresAtMs > now && this.#used.size < maxUsed) break;
      this.#used.delete(known);
    }
    this.#used.set(id, way.expiresAtMs);
    return way;
  }
}

/** An address that the provider itself did not verify may be anybody's: then it names nobody. */
function nameOf(claims: Readonly<Record<string, unknown>> & { sub: string }): string {
  const { email, email_verified: verified, preferred_username: user, sub } = claims;
  const names = [verified === false ? undefined : email, user, sub];
  const name = names.find((one): one is string => typeof one === 'string' && one !== '') ?? sub;
  // Brackets are what the audit log adds; nobody writes other things into it.
  return (
    name
      .replaceAll(/[\p{C}()]/gu, '')
      .slice(0, 200)
      .trim() || 'somebody'
  );
}
