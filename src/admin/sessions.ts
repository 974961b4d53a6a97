/** `/session`: logging in with the admin token, a one-time code or a virtual key; who is logged in; logging out. */
import { record, required, text } from '../core/resources/schema-builders.ts';
import { cookieName, type Principal } from './principal.ts';
import type { Route } from './route.ts';

const sessionSchema = record('A session.', {
  role: required(
    text('`owner`: of a team. `holder`: of a virtual key; may use /session and /me only.', {
      enum: ['admin', 'viewer', 'owner', 'holder'],
    }),
  ),
  name: text('Of the admin token, where it is a named one.'),
  team: text('Of an owner.'),
  csrf: required(text('Sent back as header `x-tollgate-csrf` with every change; empty without a cookie.')),
});

const attributes = 'Path=/; HttpOnly; SameSite=Strict';

function shown({ role, actor, team, session }: Principal): object {
  const isNamed = role !== 'holder' && actor !== 'admin';
  return {
    role,
    ...(isNamed ? { name: actor } : {}),
    ...(team === undefined ? {} : { team }),
    csrf: session?.csrf ?? '',
  };
}

export const sessionRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/session',
    access: 'open',
    summary: 'Log in: the answer sets the cookie `tollgate_session`',
    body: record('What to log in with.', {
      token: required(
        text('An admin token, a one-time login code, or the value of a virtual key.', { minLength: 1 }),
      ),
    }),
    answer: { status: 200, description: 'Logged in', schema: sessionSchema },
    async serve({ gatekeeper, request, body, audit }) {
      const { token } = body as { token: string };
      const { session, cookie, maxAgeSeconds } = await gatekeeper.logIn(token.trim(), request);
      const principal = (await gatekeeper.ofSession(session))!;
      audit('login', `session ${session.id.slice(0, 8)}`, {}, principal);
      return {
        status: 200,
        json: shown(principal),
        headers: { 'set-cookie': `${cookieName}=${cookie}; ${attributes}; Max-Age=${maxAgeSeconds}` },
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
      return { status: 204, headers: { 'set-cookie': `${cookieName}=; ${attributes}; Max-Age=0` } };
    },
  },
];
