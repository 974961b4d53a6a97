import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { parse } from 'yaml';
import { fixtureToken, issuedValue, keyView } from '../admin-api.fixture.ts';
import type { KeyView } from '../admin-api.ts';
import { startWorld, type World } from '../run-program.fixture.ts';

describe('tollgate keys', () => {
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  after(() => world.close());
  beforeEach(() => {
    world.api.requests.length = 0;
    world.api.answers.clear();
    world.api.keys = [keyView('mike-laptop', { owner: 'mike' }), keyView('anna-ci', { owner: 'anna' })];
  });

  test('create sends the terms, and prints the value once with a call to try', async () => {
    world.api.answers.set('GET /resources/Gateway', () => ({
      json: {
        items: [
          {
            spec: { listeners: [{ protocol: 'HTTP', port: 8099 }] },
            status: { addresses: [{ value: '127.0.0.7' }] },
          },
        ],
      },
    }));
    const done = await world.run([
      ...['keys', 'create', 'ci', '--owner', 'build', '--label', 'team=core', '--metadata', 'user_id=u=1'],
      ...['--model', 'claude-*', '--model', 'gpt-*', '--route', 'claude', '--cidr', '10.0.0.0/8'],
      ...['--requests-per-minute', '60', '--concurrency', '4', '--expires', '2027-01-01'],
    ]);
    assert.deepEqual([done.code, done.stderr], [0, '']);
    assert.equal(done.stdout.split(issuedValue).length - 1, 1, done.stdout);
    assert.match(
      done.stdout,
      /curl http:\/\/127\.0\.0\.7:8099\/v1\/chat\/completions .*Bearer \$TOLLGATE_KEY/,
    );
    assert.deepEqual(world.api.requests[0], {
      method: 'POST',
      path: '/keys',
      query: {},
      body: {
        name: 'ci',
        owner: 'build',
        metadata: { user_id: 'u=1' },
        labels: { team: 'core' },
        allowedModels: ['claude-*', 'gpt-*'],
        allowedRoutes: ['claude'],
        allowedCIDRs: ['10.0.0.0/8'],
        limits: { requestsPerMinute: 60, concurrency: 4 },
        expiresAt: '2027-01-01T00:00:00Z',
      },
    });
  });

  test('create for scripts: only the value, or JSON; an existing value comes by standard input and stays unseen', async () => {
    const only = await world.run(['keys', 'create', 'a', '--value-only']);
    assert.equal(only.stdout, `${issuedValue}\n`);
    const json = await world.run(['keys', 'create', 'a', '-o', 'json']);
    assert.equal(JSON.parse(json.stdout).value, issuedValue);
    const existing = await world.run(['keys', 'create', 'a', '--value-stdin'], { stdin: 'sk-old-value\n' });
    assert.equal((world.api.requests.at(-1)!.body as { value: string }).value, 'sk-old-value');
    assert.doesNotMatch(existing.stdout + existing.stderr, /sk-old-value/);
    assert.equal(existing.code, 0);
  });

  test('list: an aligned table without colour in a pipe; JSON, YAML and CSV of the same', async () => {
    const table = await world.run([
      'keys',
      'list',
      '--search',
      'a',
      '--status',
      'active',
      '--sort',
      'spend',
      '--desc',
    ]);
    assert.equal(
      table.stdout,
      [
        'NAMESPACE            NAME         SOURCE      OWNER  KEY       STATUS  REQUESTS  TOKENS   COST  LAST USED  EXPIRES',
        'agentgateway-system  mike-laptop  VirtualKey  mike   tg_…x9Qz  active        12  34,567  $1.23  -          -',
        'agentgateway-system  anna-ci      VirtualKey  anna   tg_…x9Qz  active        12  34,567  $1.23  -          -',
        '',
      ].join('\n'),
    );
    assert.deepEqual(world.api.requests[0]!.query, {
      search: 'a',
      status: 'active',
      sort: 'spend',
      order: 'desc',
      limit: '100',
      offset: '0',
    });
    const json = await world.run(['keys', 'list', '-o', 'json']);
    assert.deepEqual(JSON.parse(json.stdout), world.api.keys);
    const yaml = await world.run(['keys', 'list', '-o', 'yaml']);
    assert.deepEqual(parse(yaml.stdout), world.api.keys);
    const csv = await world.run(['keys', 'list', '-o', 'csv']);
    assert.equal(
      csv.stdout.split('\r\n')[1],
      'agentgateway-system,mike-laptop,VirtualKey,mike,tg_…x9Qz,active,12,34567,1.234500000,,',
    );
  });

  test('list goes through all pages, and says when it stopped before the end', async () => {
    world.api.keys = Array.from({ length: 1_250 }, (_, i) => keyView(`key-${1_000 + i}`));
    const all = await world.run(['keys', 'list', '--limit', '0', '-o', 'json']);
    assert.equal(new Set(JSON.parse(all.stdout).map(({ name }: { name: string }) => name)).size, 1_250);
    const some = await world.run(['keys', 'list', '--limit', '620']);
    assert.equal(some.stdout.trimEnd().split('\n').length, 621);
    assert.match(some.stderr, /620 of 1250 keys/);
  });

  test('no keys yet: nothing on standard output, and what to do next', async () => {
    world.api.keys = [];
    const done = await world.run(['keys', 'list']);
    assert.deepEqual([done.code, done.stdout], [0, '']);
    assert.match(done.stderr, /keys create NAME/);
  });

  test('show finds a key by its name alone; a name that two have must be said in full', async () => {
    const done = await world.run(['keys', 'show', 'mike-laptop']);
    assert.match(done.stdout, /^name +agentgateway-system\/mike-laptop\n/);
    assert.match(done.stdout, /this month \(UTC\) +12 requests, 34,567 tokens, \$1\.23/);
    world.api.keys.push(keyView('mike-laptop', { namespace: 'other', id: 'VirtualKey/other/mike-laptop' }));
    const twice = await world.run(['keys', 'show', 'mike-laptop']);
    assert.equal(twice.code, 1);
    assert.match(twice.stderr, /say which with --namespace/);
    const full = await world.run(['keys', 'show', 'other/mike-laptop', '-o', 'json']);
    assert.equal(JSON.parse(full.stdout).namespace, 'other');
    const none = await world.run(['keys', 'show', 'nobody']);
    assert.deepEqual([none.code, none.stdout], [1, '']);
    assert.match(none.stderr, /no key is named "nobody": `tollgate keys list` shows all/);
  });

  test('rotate: the new value once, and how long the old one works', async () => {
    const done = await world.run(['keys', 'rotate', 'mike-laptop', '--grace', '1h']);
    assert.equal(done.stdout.split(issuedValue).length - 1, 1);
    assert.match(done.stderr, /^The old value works until \d{4}-\d{2}-\d{2} \d{2}:\d{2} UTC\.\n$/);
    const sent = world.api.requests.find(({ method }) => method === 'POST')!;
    assert.equal(sent.path, '/keys/agentgateway-system/mike-laptop/rotate');
    assert.deepEqual(sent.body, { graceSeconds: 3_600 });
  });

  test('disable, enable, delete', async () => {
    const off = await world.run(['keys', 'disable', 'mike-laptop', 'anna-ci']);
    assert.match(off.stdout, /mike-laptop is disabled\.\n.*anna-ci is disabled\.\n/);
    const on = await world.run(['keys', 'enable', 'agentgateway-system/mike-laptop']);
    assert.match(on.stdout, /is active/);
    const unasked = await world.run(['keys', 'delete', 'mike-laptop']);
    assert.deepEqual([unasked.code, world.api.keys.length], [2, 2]);
    assert.match(unasked.stderr, /--yes/);
    const gone = await world.run(['keys', 'delete', 'mike-laptop', '--yes']);
    assert.deepEqual([gone.code, world.api.keys.length], [0, 1]);
    world.api.keys.push(keyView('mike', { source: 'Secret', id: 'Secret/agentgateway-system/s/mike' }));
    const kept = await world.run(['keys', 'disable', 'mike']);
    assert.equal(kept.code, 1);
    assert.match(kept.stderr, /kept in a Secret: change it there/);
  });

  test('export never has a value, whatever the gateway sends', async () => {
    const leaky = { ...keyView('leaky'), value: 'tg_leaked', keyHash: 'sha256:00' };
    world.api.keys = [leaky as KeyView];
    for (const format of ['yaml', 'json', 'csv']) {
      const done = await world.run(['keys', 'export', '-o', format]);
      assert.match(done.stdout, /leaky/);
      assert.doesNotMatch(done.stdout, /tg_leaked|sha256/);
    }
  });

  test('exit codes: 2 usage, 3 not reachable, 4 not allowed, 1 refused; no message has the token', async () => {
    const cases: [number, RegExp, readonly string[], Record<string, string>?][] = [
      [2, /unknown option '--nonsense'/, ['keys', 'list', '--nonsense']],
      [2, /Allowed choices are table, json, yaml, csv/, ['keys', 'list', '-o', 'xml']],
      [2, /http:\/\/HOST:PORT/, ['keys', 'list', '--admin', 'localhost:1']],
      [
        3,
        /no gateway answers at http:\/\/127\.0\.0\.1:9 .*tollgate up/,
        ['keys', 'list', '--admin', 'http://127.0.0.1:9'],
      ],
      [
        4,
        /does not take the token from TOLLGATE_ADMIN_TOKEN/,
        ['keys', 'list'],
        { TOLLGATE_ADMIN_TOKEN: 'wrong-one' },
      ],
      [4, /admin-token can not be read/, ['keys', 'list', '--data-dir', '/nonexistent']],
      [1, /key mike-laptop exists already/, ['keys', 'create', 'mike-laptop']],
    ];
    for (const [code, message, args, env] of cases) {
      const done = await world.run(args, { env });
      assert.equal(done.code, code, done.stderr);
      assert.match(done.stderr, message);
      assert.equal(done.stdout, '');
      assert.doesNotMatch(done.stderr, /wrong-one|token-of-the-fixture/);
    }
    world.api.answers.set('GET /keys', () => ({
      status: 403,
      json: { error: { code: 'role', message: 'admins only' } },
    }));
    assert.equal((await world.run(['keys', 'list'])).code, 4);
    world.api.answers.set('GET /keys', () => ({
      status: 404,
      json: { error: { code: 'not_found', message: 'no such path: /api/v1/keys' } },
    }));
    const older = await world.run(['keys', 'list']);
    assert.equal(older.code, 1);
    assert.match(older.stderr, /does not serve this command yet/);
    world.api.answers.set('GET /keys', () => ({ text: '<html>' }));
    const foreign = await world.run(['keys', 'list']);
    assert.equal(foreign.code, 3);
    assert.match(foreign.stderr, /not Tollgate's admin API/);
  });

  test('a named data directory wins over the token of the environment', async () => {
    const env = { TOLLGATE_ADMIN_TOKEN: 'wrong' };
    assert.equal((await world.run(['keys', 'list', '--data-dir', world.directory], { env })).code, 0);
    const fromEnvironment = { TOLLGATE_ADMIN_TOKEN: fixtureToken, TOLLGATE_DATA_DIR: '/nonexistent' };
    assert.equal((await world.run(['keys', 'list'], { env: fromEnvironment })).code, 0);
  });

  test('what a name contains can not drive the terminal', async () => {
    world.api.keys = [keyView('evil', { owner: '\u001b[2Jboo\u202e' })];
    const done = await world.run(['keys', 'list']);
    assert.match(done.stdout, /\\u\{1b\}\[2Jboo\\u\{202e\}/);
  });
});
