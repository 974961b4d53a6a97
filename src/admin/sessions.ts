/** `/session`: logging in with the admin token, a one-time code or a virtual key; who is logged in; logging out. */
import { record, required, text } from '../core/resources/schema-builders.ts';
import { cookieName } from './principal.ts';
import type { Route } from './route.ts';

const sessionSchema = record('A session.', {
  role: required(
    text('`holder`: of a virtual key; may use /session and /me only.', { enum: ['admin', 'holder'] }),
  ),
  csrf: required(text('Sent back as header `x-tollgate-csrf` with every change; empty without a cookie.')),
});

const attributes = 'Path=/; HttpOnly; SameSite=Strict';

export const sessionRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/session',
    access: 'open',
    summary: 'Log in: the answer sets the cookie `tollgate_session`',
    body: record('What to log in with.', {
      token: required(
        text('The admin token, a one-time login code, or the value of a virtual key.', { minLength: 1 }),
      ),
    }),
    answer: { status: 200, description: 'Logged in', schema: sessionSchema },
    serve({ gatekeeper, request, body, context }) {
      const { token } = body as { token: string };
      const { session, cookie, maxAgeSeconds } = gatekeeper.logIn(token.trim(), request);
      context.log.info(
        { audit: true, who: session.role, action: 'login', object: `session ${session.id.slice(0, 8)}` },
        'admin API',
      );
      return {
        status: 200,
        json: { role: session.role, csrf: session.csrf },
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
      const { role, session } = call.principal();
      return { status: 200, json: { role, csrf: session?.csrf ?? '' } };
    },
  },
  {
    method: 'DELETE',
    path: '/session',
    access: 'holder',
    summary: 'Log out',
    answer: { status: 204, description: 'Logged out' },
    serve(call) {
      const { session } = call.principal();
      if (session !== undefined) {
        call.gatekeeper.sessions.end(session.id);
        call.audit('logout', `session ${session.id.slice(0, 8)}`);
      }
      return { status: 204, headers: { 'set-cookie': `${cookieName}=; ${attributes}; Max-Age=0` } };
    },
  },
];
