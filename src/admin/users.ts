/** `/users`: people who log in with a password, each with a role; and the password of whoever is logged in. */
import { flag, record, required, text } from '../core/resources/schema-builders.ts';
import type { StoredUser } from '../storage/users.ts';
import { answerList, listAnswer, listParameters } from './listing.ts';
import { hashPassword, maxPassword } from './password-hash.ts';
import { badField, notFound, Problem } from './problem.ts';
import type { Call, Route } from './route.ts';
import { sessionCookie } from './sessions.ts';
import { shownUser, userFields, userListing, userSchema } from './user-list.ts';

const { name, role, team, password } = userFields;

const one = { status: 200, description: 'The user', schema: userSchema };

export const userRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/users',
    access: 'admin',
    summary: 'Users with passwords',
    query: listParameters(userListing),
    answer: listAnswer(userListing),
    serve: async ({ context: { users }, query }) => answerList(userListing, await users.list(), query),
  },
  {
    method: 'POST',
    path: '/users',
    access: 'admin',
    summary: 'Make a user',
    body: record('A user to make.', {
      name: required(name),
      role: required(role),
      team,
      password: required(password),
    }),
    answer: { status: 201, description: 'Made', schema: userSchema },
    serve: createUser,
  },
  {
    method: 'PATCH',
    path: '/users/{name}',
    access: 'admin',
    summary: 'Change a user; another password, and disabling, end the sessions',
    body: record('What changes; the rest stays.', {
      role,
      team,
      disabled: flag('Cannot log in.'),
      password,
    }),
    answer: one,
    serve: changeUser,
  },
  {
    method: 'DELETE',
    path: '/users/{name}',
    access: 'admin',
    summary: 'Delete a user: the sessions end',
    answer: { status: 204, description: 'Deleted' },
    async serve(call) {
      const given = call.path['name']!;
      if (!(await call.context.users.delete(given))) throw notFound('such user');
      call.audit('users.delete', `User/${given}`);
      return { status: 204 };
    },
  },
  {
    method: 'PUT',
    path: '/session/password',
    access: 'holder',
    summary: 'Change the own password; other sessions with the old one end',
    body: record('The old and the new one.', {
      current: required(text('The password until now.', { minLength: 1, maxLength: maxPassword })),
      password: required(password),
    }),
    answer: { status: 204, description: 'Changed' },
    serve: changeOwnPassword,
  },
];

async function createUser(call: Call) {
  const { context } = call;
  const { password: chosen, ...given } = call.body as Pick<StoredUser, 'name' | 'role' | 'team'> & {
    password: string;
  };
  checkTeam(given);
  const now = new Date(context.nowMs()).toISOString();
  const user: StoredUser = {
    ...given,
    disabled: false,
    createdAt: now,
    passwordChangedAt: now,
    passwordHash: await hashOf(call, given.name, chosen),
  };
  if (!(await context.users.create(user))) throw new Problem(409, 'exists', 'this name is taken', 'name');
  const { role: is, team: of } = user;
  call.audit('users.create', `User/${user.name}`, { role: is, ...(of !== undefined && { team: of }) });
  return { status: 201, json: shownUser(user) };
}

async function changeUser(call: Call) {
  const { context, path, body } = call;
  const { password: chosen, ...change } = body as Partial<StoredUser> & { password?: string };
  const name = path['name']!;
  if ((await context.users.find(name)) === undefined) throw notFound('such user');
  const secret = chosen === undefined ? {} : await newPassword(call, name, chosen);
  const changed = await context.users.change(name, (before) => {
    const { team: former, ...rest } = before;
    const isOwner = (change.role ?? before.role) === 'owner';
    const kept = isOwner && former !== undefined ? { team: former } : {};
    const user = { ...rest, ...kept, ...change, ...secret };
    checkTeam(user);
    return user;
  });
  if (changed === undefined) throw notFound('such user');
  const told = { ...change, ...(chosen !== undefined && { password: '(hidden)' }) };
  call.audit('users.change', `User/${name}`, told);
  return { status: 200, json: shownUser(changed) };
}

async function changeOwnPassword(call: Call) {
  const { context, gatekeeper, request } = call;
  const { current, password: chosen } = call.body as { current: string; password: string };
  const { session } = call.principal();
  const { person } = session ?? {};
  if (session === undefined || person?.from !== 'password')
    throw new Problem(409, 'no_password', 'this login has no password of its own here');
  await gatekeeper.checkPassword(person.name, current, request).catch((problem: Problem) => {
    throw problem.status === 401 ? badField('current', 'this is not the password until now') : problem;
  });
  const secret = await newPassword(call, person.name, chosen);
  const user = await context.users.change(person.name, (before) => ({ ...before, ...secret }));
  if (user === undefined) throw notFound('such user');
  call.audit('users.password', `User/${user.name}`, { password: '(hidden)' });
  await gatekeeper.sessions.end(session.id);
  const { session: _, ...opened } = await gatekeeper.logInWithPassword(user.name, chosen, request);
  return { status: 204, headers: { 'set-cookie': sessionCookie(call, opened) } };
}

function checkTeam({ role: is, team: of }: Pick<StoredUser, 'role' | 'team'>): void {
  if (is === 'owner' && of === undefined) throw badField('team', 'an owner is one of a team: say which');
  if (is !== 'owner' && of !== undefined)
    throw badField('team', `a user with role ${is} is of no team: leave it out`);
}

async function newPassword(call: Call, of: string, chosen: string) {
  const passwordChangedAt = new Date(call.context.nowMs()).toISOString();
  return { passwordHash: await hashOf(call, of, chosen), passwordChangedAt };
}

function hashOf({ context }: Call, of: string, chosen: string): Promise<string> {
  if (chosen.toLowerCase().includes(of))
    throw badField('password', 'a password that has the name in it is guessed');
  return hashPassword(chosen, context.randomBytes(16));
}
