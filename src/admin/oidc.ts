/** `/oidc`: logging in by the identity provider, where one is configured; and which ways to log in there are. */
import type { OidcSettings } from '../core/login/oidc-settings.ts';
import { flag, list, record, required, text } from '../core/resources/schema-builders.ts';
import type { AdminContext } from './context.ts';
import { consoleOrigin, cookieText, ownPage, readCookie } from './cookies.ts';
import { OidcFault } from './oidc-fault.ts';
import { type Identity, OidcLogin, wayMs } from './oidc-login.ts';
import { logoutUrlOf, oidcLogoutRoute } from './oidc-logout.ts';
import { notFound } from './problem.ts';
import type { Answer, Call, Route } from './route.ts';
import { sessionCookie } from './sessions.ts';

const cookieName = 'tollgate_oidc';
const folder = '/api/v1/oidc';

const redirect = {
  status: 302,
  description: 'Elsewhere; never an error: the login page tells what went wrong',
};

const settingsSchema = record(
  'Settings; all but the address of the way back are absent where none is configured.',
  {
    callback: required(text('Address of the way back, which the provider must know.')),
    issuer: text('Who says who somebody is.'),
    clientId: text('What the provider knows the console by.'),
    hasSecret: flag('False: a public client, with PKCE alone.'),
    claim: text('What the rules look at.'),
    roles: list(
      'Rules: the first whose value is in the claim holds.',
      record('A rule.', {
        value: required(text('Of the claim.')),
        role: required(text('Then the role.')),
        team: text('Of an owner.'),
      }),
    ),
    scopes: text('Asked for.'),
    name: text('On the button.'),
    sessionHours: { type: 'number', description: 'How long such a login holds.' },
  },
);

export function oidcRoutes(context: AdminContext): readonly Route[] {
  const { oidc: settings, nowMs, randomBytes, loginKey = randomBytes(32) } = context;
  const login = settings && new OidcLogin({ settings, loginKey, nowMs, randomBytes });
  return [
    {
      method: 'GET',
      path: '/login-methods',
      access: 'open',
      summary: 'Ways to log in, beside tokens, virtual keys and the one-time link',
      answer: {
        status: 200,
        description: 'Ways',
        schema: record('Ways to log in.', {
          password: required(flag('Whether there are users with passwords.')),
          oidc: record('By an identity provider.', {
            name: required(text('For the button.')),
            logout: flag('It has a logout of its own, at `/oidc/logout`; told to who asks for it.'),
          }),
        }),
      },
      query: { logout: text('Whether the identity provider has a logout: it is asked.', { enum: ['true'] }) },
      serve: async ({ context: { users }, query }) => {
        const password = (await users.list()).some(({ disabled }) => !disabled);
        if (settings === undefined || login === undefined) return { status: 200, json: { password } };
        const logout = query.has('logout') && { logout: (await logoutUrlOf(login)) !== undefined };
        return { status: 200, json: { password, oidc: { name: settings.name, ...logout } } };
      },
    },
    {
      method: 'GET',
      path: '/oidc',
      access: 'admin',
      summary: 'How people are logged in by the identity provider; set where the gateway is started',
      answer: { status: 200, description: 'Settings', schema: settingsSchema },
      serve: (call) => ({ status: 200, json: { callback: callbackOf(call), ...shownSettings(settings) } }),
    },
    {
      method: 'GET',
      path: '/oidc/login',
      access: 'open',
      summary: 'For browsers: goes to the identity provider',
      query: { returnTo: text('Page of the console to go to then.') },
      answer: redirect,
      serve: (call) => begin(call, login),
    },
    {
      method: 'GET',
      path: '/oidc/callback',
      access: 'open',
      fromElsewhere: true,
      summary: 'For browsers: the way back from the identity provider; opens a session',
      answer: redirect,
      serve: (call) => finish(call, login),
    },
    oidcLogoutRoute(login),
  ];
}

function shownSettings(settings: OidcSettings | undefined): object {
  if (settings === undefined) return {};
  const { clientSecretFile, ...rest } = settings;
  return { ...rest, hasSecret: clientSecretFile !== undefined };
}

/** Where the provider sends browsers back to: it must know this address. */
function callbackOf({ context, request }: Call): string {
  return `${consoleOrigin(context, request)}${folder}/callback`;
}

async function begin(call: Call, login: OidcLogin | undefined): Promise<Answer> {
  if (login === undefined) throw notFound('identity provider configured here');
  const { query } = call;
  try {
    const { url, cookie } = await login.begin(callbackOf(call), ownPage(query.get('returnTo')));
    return to(url, wayCookie(call, cookie));
  } catch (error) {
    return toLoginPage(call, error);
  }
}

async function finish(call: Call, login: OidcLogin | undefined): Promise<Answer> {
  if (login === undefined) throw notFound('identity provider configured here');
  const { request, query, gatekeeper, context } = call;
  try {
    const { who, returnTo } = await login.finish(query, readCookie(request.headers.cookie, cookieName));
    const { role, name } = who;
    if (role === undefined) throw refused(call, who);
    const person = { from: 'oidc' as const, name, ...(role.team !== undefined && { team: role.team }) };
    const lifeMs = context.oidc!.sessionHours * 3_600_000;
    const { session, ...opened } = await gatekeeper.sessions.begin(role.role, { person }, lifeMs);
    const principal = await gatekeeper.ofSession(session);
    call.audit('login', `session ${session.id.slice(0, 8)}`, { subject: who.subject }, principal);
    return to(returnTo, wayCookie(call), sessionCookie(call, opened));
  } catch (error) {
    return toLoginPage(call, error);
  }
}

/** Whoever is known over there and nobody here is worth an entry: access is asked for, or tried. */
function refused({ audit }: Call, { name, subject }: Identity): OidcFault {
  audit('login.refused', `Login/${name}`, { subject, reason: 'no role' });
  return new OidcFault('no_role', 'no rule of the roles holds for what the provider says');
}

function toLoginPage(call: Call, error: unknown): Answer {
  if (!(error instanceof OidcFault)) throw error;
  call.context.log.info({ login: 'oidc', code: error.code, fault: error.message }, 'admin API');
  return to(`/?loginProblem=${error.code}`, wayCookie(call));
}

function to(location: string, ...cookies: string[]): Answer {
  return { status: 302, headers: { location, 'set-cookie': cookies } };
}

/** Lax: it has to come back with a browser that another site sends. Undefined takes it away. */
function wayCookie({ context, request }: Call, value?: string): string {
  const maxAgeSeconds = value === undefined ? 0 : wayMs / 1000;
  return cookieText(context, request, {
    name: cookieName,
    value: value ?? '',
    path: folder,
    sameSite: 'Lax',
    maxAgeSeconds,
  });
}
