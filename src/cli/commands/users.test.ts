import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startWorld, type World } from '../run-program.fixture.ts';

const user = {
  name: 'anna',
  role: 'owner',
  team: 'platform',
  disabled: false,
  createdAt: '2026-11-25T12:00:00.000Z',
  passwordChangedAt: '2026-11-25T13:00:00.000Z',
};
const password = 'correct horse battery';

describe('tollgate users', () => {
  let world: World;
  before(async () => {
    world = await startWorld();
    const { answers } = world.api;
    answers.set('GET /users', () => ({ json: { items: [user] } }));
    answers.set('POST /users', () => ({ status: 201, json: user }));
    answers.set('PATCH /users/anna', ({ body }) => ({
      json: { ...user, ...(body as object), password: undefined },
    }));
    answers.set('DELETE /users/anna', () => ({ status: 204 }));
  });
  after(() => world.close());

  test('list, in every form', async () => {
    assert.equal(
      (await world.run(['users', 'list'])).stdout,
      [
        'NAME  ROLE   TEAM      STATUS  CREATED               PASSWORD SINCE',
        'anna  owner  platform  active  2026-11-25 12:00 UTC  2026-11-25 13:00 UTC',
        '',
      ].join('\n'),
    );
    assert.deepEqual(JSON.parse((await world.run(['users', 'list', '-o', 'json'])).stdout), [user]);
    const csv = await world.run(['users', 'list', '-o', 'csv']);
    assert.deepEqual(csv.stdout.split('\r\n').slice(0, 2), [
      'name,role,team,disabled,createdAt,passwordChangedAt',
      'anna,owner,platform,false,2026-11-25T12:00:00.000Z,2026-11-25T13:00:00.000Z',
    ]);
  });

  test('create: the password comes by standard input and stays unseen', async () => {
    const args = ['users', 'create', 'anna', '--role', 'owner', '--team', 'platform'];
    const done = await world.run([...args, '--password-stdin', '-o', 'yaml'], { stdin: `${password}\n` });
    assert.match(done.stdout, /^name: anna\n/);
    assert.deepEqual(world.api.requests.at(-1)?.body, {
      name: 'anna',
      role: 'owner',
      team: 'platform',
      password,
    });
    assert.doesNotMatch(done.stdout + done.stderr, /horse/);
    const before = world.api.requests.length;
    assert.equal((await world.run(args)).code, 2);
    assert.equal((await world.run([...args, '--password-stdin'])).code, 2);
    assert.equal(
      (await world.run(['users', 'create', 'anna', '--role', 'owner', '--password-stdin'])).code,
      2,
    );
    assert.equal(world.api.requests.length, before, 'nothing was sent');
  });

  test('change what is named and nothing else; delete', async () => {
    const disabled = await world.run(['users', 'change', 'anna', '--disable']);
    assert.match(disabled.stdout, /anna {2}owner {2}platform {2}disabled/);
    assert.deepEqual(world.api.requests.at(-1)?.body, { disabled: true });
    await world.run(['users', 'change', 'anna', '--role', 'viewer', '--enable', '--password-stdin'], {
      stdin: password,
    });
    assert.deepEqual(world.api.requests.at(-1)?.body, { role: 'viewer', disabled: false, password });
    for (const flags of [[], ['--enable', '--disable'], ['--role', 'root']])
      assert.equal((await world.run(['users', 'change', 'anna', ...flags])).code, 2, flags.join(' '));
    assert.equal((await world.run(['users', 'delete', 'anna'])).code, 2);
    assert.equal((await world.run(['users', 'delete', 'anna', '--yes'])).stdout, 'User anna is deleted.\n');
  });
});
