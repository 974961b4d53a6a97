/** `/session`: logging in with the admin token, a one-time code or a virtual key; who is logged in; logging out. */
import { record, required, text } from '../core/resources/schema-builders.ts';
import { cookieText } from './cookies.ts';
import { maxPassword } from './password-hash.ts';
import { cookieName, type Principal } from './principal.ts';
import { badField } from './problem.ts';
import type { Call, Route } from './route.ts';

const sessionSchema = record('A session.', {
  role: required(
    text('`owner`: of a team. `holder`: of a virtual key; may use /session and /me only.', {
      enum: ['admin', 'viewer', 'owner', 'holder'],
    }),
  ),
  name: text('Of the person, or of the admin token where it is a named one.'),
  from: text('How a person came in, where it was neither a token nor a key.', {
    enum: ['oidc', 'password'],
  }),
  team: text('Of an owner.'),
  csrf: required(text('Sent back as header `x-tollgate-csrf` with every change; empty without a cookie.')),
});

/** Undefined takes it away. */
export function sessionCookie(
  { context, request }: Pick<Call, 'context' | 'request'>,
  opened?: { cookie: string; maxAgeSeconds: number },
): string {
  const { cookie: value = '', maxAgeSeconds = 0 } = opened ?? {};
  return cookieText(context, request, {
    name: cookieName,
    value,
    path: '/',
    sameSite: 'Strict',
    maxAgeSeconds,
  });
}

function shown({ role, actor, team, session }: Principal): object {
  const isNamed = role !== 'holder' && actor !== 'admin';
  return {
    role,
    ...(isNamed ? { name: session?.person?.name ?? actor } : {}),
    ...(session?.person && { from: session.person.from }),
    ...(team === undefined ? {} : { team }),
    csrf: session?.csrf ?? '',
  };
}

function begin({ gatekeeper, request, body }: Call) {
  const { token, user, password } = body as { token?: string; user?: string; password?: string };
  if (user === undefined && password === undefined) {
    if (token === undefined) throw badField('token', 'Required value');
    return gatekeeper.logIn(token.trim(), request);
  }
  if (token !== undefined) throw badField('token', 'either a token, or user and password');
  if (user === undefined) throw badField('user', 'Required value');
  if (password === undefined) throw badField('password', 'Required value');
  return gatekeeper.logInWithPassword(user, password, request);
}

export const sessionRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/session',
    access: 'open',
    summary: 'Log in: the answer sets the cookie `tollgate_session`',
    body: record('What to log in with: a token, or user and password.', {
      token: text('An admin token, a one-time login code, or the value of a virtual key.', { minLength: 1 }),
      user: text('Name of a user.', { minLength: 1, maxLength: 63 }),
      password: text('Of the user.', { minLength: 1, maxLength: maxPassword }),
    }),
    answer: { status: 200, description: 'Logged in', schema: sessionSchema },
    async serve(call) {
      const { gatekeeper, audit } = call;
      const { session, ...opened } = await begin(call);
      const principal = (await gatekeeper.ofSession(session))!;
      audit('login', `session ${session.id.slice(0, 8)}`, {}, principal);
      return {
        status: 200,
        json: shown(principal),
        headers: { 'set-cookie': sessionCookie(call, opened) },
      };
    },
  },
  {
    method: 'GET',
    path: '/session',
    access: 'holder',
    summary: 'Who is logged in',
    answer: { status: 200, description: 'The session', schema: sessionSchema },
    serve(call) {
      return { status: 200, json: shown(call.principal()) };
    },
  },
  {
    method: 'DELETE',
    path: '/session',
    access: 'holder',
    summary: 'Log out',
    answer: { status: 204, description: 'Logged out' },
    async serve(call) {
      const { session } = call.principal();
      if (session !== undefined) {
        await call.gatekeeper.sessions.end(session.id);
        call.audit('logout', `session ${session.id.slice(0, 8)}`);
      }
      return { status: 204, headers: { 'set-cookie': sessionCookie(call) } };
    },
  },
];
