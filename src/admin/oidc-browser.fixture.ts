/** Logging in to a test's console by a real OpenID provider, step by step, as a browser does. */
import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { OidcSettings } from '../core/login/oidc-settings.ts';
import { type RoleRule, roleRulesOf } from '../core/login/role-map.ts';
import { startTestAdmin, type TestAdmin } from './admin-api.fixture.ts';
import { clientId, clientSecret, startOpenIdProvider } from './openid-provider.fixture.ts';

export const secretFile = join(mkdtempSync(join(tmpdir(), 'oidc-')), 'secret');
writeFileSync(secretFile, `${clientSecret}\n`);

export const settings: OidcSettings = {
  issuer: '',
  clientId,
  clientSecretFile: secretFile,
  claim: 'groups',
  roles: roleRulesOf('platform=admin,finance=viewer,research=owner:research') as RoleRule[],
  scopes: 'openid profile email groups',
  name: 'Example ID',
  sessionHours: 8,
};

/** Of the gateway and of the provider: each host has its own. */
export class Browser {
  readonly #jars = new Map<string, Map<string, string>>();

  async go(url: string, init: RequestInit = {}): Promise<Response> {
    const { host } = new URL(url);
    const jar = this.#jars.get(host) ?? new Map<string, string>();
    this.#jars.set(host, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { ...init, headers: { ...init.headers, cookie }, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/max-age=0|expires=Thu, 01 Jan 1970/i.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  }

  cookie(url: string, name: string): string | undefined {
    return this.#jars.get(new URL(url).host)?.get(name);
  }
}

export const next = (response: Response, base: string) =>
  new URL(response.headers.get('location')!, base).href;

export async function startAdmin(t: TestContext, more: Partial<OidcSettings> = {}) {
  // The provider must know where the console is, and the console who the provider is.
  const provider = await startOpenIdProvider(t, () => `${admin.url}/api/v1/oidc/callback`);
  const admin: TestAdmin = await startTestAdmin(t, {
    oidc: { ...settings, issuer: provider.issuer, ...more },
  });
  return { admin, provider };
}

/** To the provider and through its form; returns where it sends the browser back to. */
export async function goThrough(
  browser: Browser,
  admin: TestAdmin,
  user: string,
  returnTo = '',
): Promise<string> {
  const begun = await browser.go(`${admin.url}/api/v1/oidc/login?returnTo=${encodeURIComponent(returnTo)}`);
  assert.equal(begun.status, 302);
  assert.match(
    begun.headers.get('set-cookie')!,
    /^tollgate_oidc=[\w-]+; Path=\/api\/v1\/oidc; HttpOnly; SameSite=Lax; Max-Age=600$/,
  );
  let at = next(begun, admin.url);
  const asked = new URL(at).searchParams;
  assert.equal(asked.get('code_challenge_method'), 'S256');
  for (const name of ['state', 'nonce', 'code_challenge'])
    assert.match(asked.get(name)!, /^[\w-]{43}$/, name);
  for (let step = 0; step < 8; step += 1) {
    const isForm = new URL(at).pathname.startsWith('/interaction/');
    const body = user === '' ? 'cancel=1' : `user=${user}`;
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    const response = await browser.go(at, isForm ? { method: 'POST', body, headers: type } : {});
    at = next(response, at);
    if (at.startsWith(admin.url)) return at;
  }
  throw new Error(`the provider does not come to an end: ${at}`);
}

export async function logIn(admin: TestAdmin, user: string, returnTo = '') {
  const browser = new Browser();
  const back = await goThrough(browser, admin, user, returnTo);
  const response = await browser.go(back, { headers: { 'sec-fetch-site': 'cross-site' } });
  assert.equal(response.status, 302);
  const cookie = `tollgate_session=${browser.cookie(admin.url, 'tollgate_session')}`;
  return { browser, back, response, cookie, location: response.headers.get('location')! };
}
