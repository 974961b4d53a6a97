/** Who may call what: every route of the table, with every role, against the running API. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestAdmin, type TestAdmin } from './admin-api.fixture.ts';
import { type Access, type Role, rolesOf } from './roles.ts';

const roles: readonly Role[] = ['admin', 'viewer', 'owner', 'holder'];

/** Whatever is not named here is for administrators: a route that opens more than that must say so here too. */
const opened: Record<Exclude<Access, 'admin'>, string[]> = {
  open: [
    'GET /login-methods',
    'GET /oidc/callback',
    'GET /oidc/login',
    'GET /oidc/logout',
    'GET /openapi.json',
    'POST /session',
  ],
  holder: ['DELETE /session', 'GET /me', 'GET /session', 'PUT /session/password'],
  team: [
    'GET /budgets',
    'GET /budgets/{namespace}/{name}',
    'GET /budgets/{namespace}/{name}/burn-down',
    'GET /budgets/{namespace}/{name}/holds',
    'GET /calls',
    'GET /calls/export',
    'GET /calls/tail',
    'GET /calls/{id}',
    'GET /cel/reference',
    'GET /cel/variables/{call}',
    'GET /keys',
    'GET /keys/{namespace}/{name}',
    'GET /keys/{namespace}/{name}/budgets',
    'GET /overview',
    'GET /prices',
    'GET /usage',
    'GET /usage/kinds',
    'GET /usage/labels',
    'POST /budgets:preview',
    'POST /budgets:simulate',
    'POST /cel/evaluate',
  ],
  'team-change': [
    'DELETE /budgets/{namespace}/{name}',
    'DELETE /budgets/{namespace}/{name}/holds/{id}',
    'DELETE /keys/{namespace}/{name}',
    'GET /playground/offers',
    'PATCH /keys/{namespace}/{name}',
    'POST /budgets',
    'POST /keys',
    'POST /keys/{namespace}/{name}/rotate',
    'POST /keys:import',
    'POST /playground/chat',
    'PUT /budgets/{namespace}/{name}',
  ],
  content: ['DELETE /calls/{id}/content', 'DELETE /contents', 'GET /calls/{id}/content'],
  viewer: [
    'GET /audit',
    'GET /counters',
    'GET /drift',
    'GET /retention',
    'GET /resources/{kind}',
    'GET /resources/{kind}/{namespace}/{name}',
    'GET /resource-schemas',
    'GET /drift',
  ],
};

interface Operation {
  id: string;
  method: string;
  path: string;
  roles: Role[];
  isOpen: boolean;
}

async function operationsOf(admin: TestAdmin): Promise<Operation[]> {
  const { body } = await admin.call('GET', '/openapi.json', undefined, {});
  return Object.entries<Record<string, { 'x-roles': Role[]; security: unknown[] }>>(body.paths).flatMap(
    ([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        id: `${method.toUpperCase()} ${path.slice('/api/v1'.length)}`,
        method: method.toUpperCase(),
        path: path.slice('/api/v1'.length).replaceAll(/\{\w+\}/g, 'x'),
        roles: operation['x-roles'],
        isOpen: operation.security.length === 0,
      })),
  );
}

async function bearers(admin: TestAdmin): Promise<Record<Role, string>> {
  const token = async (name: string, role: string, team?: string) =>
    (await admin.call('POST', '/tokens', { name, role, team })).body.value;
  const key = await admin.call('POST', '/keys', { name: 'held' });
  return {
    admin: admin.token,
    viewer: await token('auditor', 'viewer'),
    owner: await token('lead', 'owner', 'platform'),
    holder: key.body.value,
  };
}

test('every route declares who may call it, and opens no more than is written down here', async (t) => {
  const operations = await operationsOf(await startTestAdmin(t));
  const named = new Map(
    Object.entries(opened).flatMap(([access, ids]) => ids.map((id) => [id, access as Access] as const)),
  );
  const found = new Set(operations.map(({ id }) => id));
  assert.deepEqual(
    [...named.keys()].filter((id) => !found.has(id)),
    [],
  );
  for (const { id, roles: declared, isOpen } of operations) {
    const access = named.get(id) ?? 'admin';
    assert.deepEqual(declared, rolesOf[access], id);
    assert.equal(isOpen, access === 'open', id);
    // These write nothing.
    const isQuestion = /(:preview|:simulate|\/cel\/evaluate)$/.test(id);
    const isOwnLogin = id.endsWith('/session') || id.endsWith('/session/password');
    if (!id.startsWith('GET ') && !isOwnLogin && !isQuestion) assert.ok(!declared.includes('viewer'), id);
  }
});

test('each route refuses the roles that it does not declare, and no others', async (t) => {
  const admin = await startTestAdmin(t);
  const tokens = await bearers(admin);
  for (const { id, method, path, roles: declared, isOpen } of await operationsOf(admin)) {
    // An endless stream; that it lets nobody else in is seen below.
    const isStream = id === 'GET /calls/tail';
    for (const role of roles) {
      if (isStream && declared.includes(role)) continue;
      const body = method === 'GET' || method === 'DELETE' ? undefined : {};
      const answer = await admin.call(method, path, body, { authorization: `Bearer ${tokens[role]}` });
      const refused = answer.status === 403 && answer.body.error.code === 'role';
      const ownRule = id === 'GET /me' && role !== 'holder';
      assert.equal(refused, ownRule || !declared.includes(role), `${id} as ${role}: ${answer.status}`);
    }
    const nobody = await admin.call(method, path, method === 'GET' ? undefined : {}, {});
    if (id !== 'POST /session') assert.equal(nobody.status === 401, !isOpen, id);
  }
});
