import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { issuedValue } from '../admin-api.fixture.ts';
import { parseCsv } from '../imports/parse-csv.ts';
import { startProgress } from '../output/progress.ts';
import { startWorld, type World } from '../run-program.fixture.ts';

const hash = `sha256:${'a'.repeat(64)}`;

describe('tollgate keys import', () => {
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  after(() => world.close());
  beforeEach(() => {
    world.api.requests.length = 0;
    world.api.answers.clear();
  });
  const sentKeys = () => world.api.requests.map(({ body }) => (body as { keys: unknown[] }).keys);

  test('goes in batches of 100, silently in a pipe', async () => {
    const keys = Array.from({ length: 250 }, (_, i) => ({ name: `k${i}`, keyHash: hash }));
    const done = await world.run(['keys', 'import', world.file('keys.json', JSON.stringify(keys))]);
    assert.deepEqual([done.code, done.stdout, done.stderr], [0, '', '250 keys imported.\n']);
    assert.deepEqual(
      sentKeys().map((batch) => batch.length),
      [100, 100, 50],
    );
    assert.deepEqual(sentKeys()[2]![49], { name: 'k249', keyHash: hash });
  });

  test('CSV, lists, documents and VirtualKeys give the same keys', async () => {
    const expected = {
      name: 'ci',
      owner: 'Build, "main"',
      labels: { team: 'core' },
      allowedModels: ['a', 'b'],
      limits: { concurrency: 2 },
      keyHash: hash,
    };
    const csv = `name,owner,label:team,allowedModels,concurrency,keyHash\r\nci,"Build, ""main""",core,a;b,2,${hash}\r\n`;
    const { name, labels, ...spec } = expected;
    const resource = {
      apiVersion: 'tollgate.dev/v1alpha1',
      kind: 'VirtualKey',
      metadata: { name, labels },
      spec,
    };
    for (const [file, content] of [
      ['keys.csv', csv],
      ['list.json', JSON.stringify([expected])],
      ['keys.yaml', JSON.stringify({ keys: [expected] })],
      ['resources.yaml', `${JSON.stringify(resource)}\n---\n`],
    ] as const) {
      world.api.requests.length = 0;
      const done = await world.run(['keys', 'import', world.file(file, content), '--dry-run']);
      assert.equal(done.code, 0, done.stderr);
      assert.deepEqual(world.api.requests[0]!.body, { keys: [expected], dryRun: true }, file);
    }
    await world.run(['keys', 'import', '-', '-n', 'prod'], { stdin: csv });
    assert.deepEqual(sentKeys()[1], [{ namespace: 'prod', ...expected }]);
  });

  test('new values are shown, refusals named, and the exit code says so', async () => {
    const file = world.file('some.csv', 'name,owner\nnew,me\nbad,me\n');
    const done = await world.run(['keys', 'import', file]);
    assert.equal(done.code, 1);
    assert.match(done.stdout, new RegExp(`new +ok +${issuedValue}-new\nbad +name is taken\n`));
    assert.match(done.stderr, /1 of 2 keys refused, the others imported/);
    const json = await world.run(['keys', 'import', file, '-o', 'json']);
    assert.deepEqual(
      JSON.parse(json.stdout).map(({ index, ok }: { index: number; ok: boolean }) => [index, ok]),
      [
        [0, true],
        [1, false],
      ],
    );
  });

  test('a gateway that goes away in the middle: what was made before is still shown', async () => {
    const keys = Array.from({ length: 150 }, (_, i) => ({ name: `k${i}` }));
    world.api.answers.set('POST /keys:import', ({ body }) => {
      const sent = (body as { keys: { name: string }[] }).keys;
      if (sent.length < 100)
        return { status: 503, json: { error: { code: 'busy', message: 'store is gone' } } };
      return {
        json: { results: sent.map(({ name }, index) => ({ index, name, ok: true, value: `tg_${name}` })) },
      };
    });
    const done = await world.run(['keys', 'import', world.file('many.json', JSON.stringify(keys))]);
    assert.equal(done.code, 1);
    assert.match(done.stdout, /k99 +ok +tg_k99/);
    assert.match(done.stderr, /store is gone.*first 100 of 150 keys were done/);
  });

  test('what is wrong with a file is said before anything is sent, and no value is quoted', async () => {
    const cases: [string, string, RegExp][] = [
      ['a.json', '[{"name": "x", "valu": "tg_secret"}]', /key 1 has a field "valu"/],
      ['b.json', '[{"value": "tg_secret"}]', /key 1 has no name/],
      ['c.json', `[{"name": "x", "value": "tg_secret", "keyHash": "${hash}"}]`, /both value and keyHash/],
      ['d.yaml', '- name: x\n  value: "tg_secret\n', /d\.yaml:\d+: /],
      ['e.csv', 'name,secret\nx,tg_secret\n', /column "secret" is not known/],
      ['f.csv', 'name,value\nx\n', /key 1 has 1 columns/],
      ['g.json', '[]', /no keys in it/],
    ];
    for (const [name, content, message] of cases) {
      const done = await world.run(['keys', 'import', world.file(name, content)]);
      assert.equal(done.code, 1, name);
      assert.match(done.stderr, message);
      assert.doesNotMatch(done.stderr, /tg_secret/);
    }
    assert.equal(world.api.requests.length, 0);
    const missing = await world.run(['keys', 'import', '/nonexistent.csv']);
    assert.equal(missing.code, 2);
    assert.match(missing.stderr, /no such file/);
  });
});

test('progress is drawn on a terminal only', () => {
  const written: string[] = [];
  const terminal = {
    out: () => assert.fail(),
    err: (text: string) => void written.push(text),
    colour: false,
    interactive: false,
  };
  const drawn = startProgress({ ...terminal, progress: true }, 'importing', 300);
  drawn.at(100);
  drawn.end();
  assert.match(written[1]!, /^\rimporting █{10}░{20} 100\/300$/);
  written.length = 0;
  const silent = startProgress({ ...terminal, progress: false }, 'importing', 300);
  silent.at(100);
  silent.end();
  assert.deepEqual(written, []);
});

test('CSV as spreadsheets write it', () => {
  assert.deepEqual(parseCsv('\uFEFFa,b\r\n"x,\n""y""",\n\n,z'), [
    ['a', 'b'],
    ['x,\n"y"', ''],
    ['', 'z'],
  ]);
});
