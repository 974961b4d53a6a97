import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gatewayNamespace, startTestAdmin } from './admin-api.fixture.ts';

const budget = (name: string, tokens: number | string, extra = '') => `
apiVersion: tollgate.dev/v1alpha1
kind: Budget
metadata: {name: ${name}, namespace: ${gatewayNamespace}}
spec:
  limit: {tokens: ${tokens}}
  window: {calendar: Day}
${extra}`;

test('YAML is previewed with its difference, then applied and in force; again it changes nothing', async (t) => {
  const admin = await startTestAdmin(t);
  const yaml = `${budget('one', 100)}---${budget('two', 5)}`;
  const dry = await admin.call('POST', '/resources:apply', { yaml, dryRun: true });
  assert.equal(dry.body.applied, false);
  assert.deepEqual(
    dry.body.results.map(({ name, action }: Record<string, string>) => [name, action]),
    [
      ['one', 'created'],
      ['two', 'created'],
    ],
  );
  assert.match(dry.body.results[0].diff, /^\+ {3}limit:\n\+ {5}tokens: 100$/m);
  assert.equal((await admin.call('GET', '/budgets')).body.total, 0);
  assert.equal((await admin.call('POST', '/resources:apply', { yaml })).body.applied, true);
  assert.equal((await admin.call('GET', '/budgets')).body.items[0].counters[0].limit, 100);
  const again = await admin.call('POST', '/resources:apply', { yaml });
  assert.deepEqual(
    again.body.results.map(({ action, diff }: Record<string, string>) => [action, diff]),
    [
      ['unchanged', undefined],
      ['unchanged', undefined],
    ],
  );
  const changed = await admin.call('POST', '/resources:apply', { yaml: budget('one', 200) });
  assert.match(changed.body.results[0].diff, /- {5}tokens: 100\n\+ {5}tokens: 200/);
  const kept = await admin.call('GET', `/audit?object=Budget/${gatewayNamespace}/one`);
  assert.equal(kept.body.items[0].action, 'resources.apply');
});

test('one that is refused keeps all out; each says why, as kubectl would', async (t) => {
  const admin = await startTestAdmin(t);
  const yaml = [
    budget('fine', 1),
    budget('unknown', 1, '  colour: red\n'),
    budget('wrong', '"many"'),
    budget('zone', 1).replace('calendar: Day', 'calendar: Day, timeZone: Nowhere/City'),
  ].join('---');
  const { status, body } = await admin.call('POST', '/resources:apply', { yaml });
  assert.equal(status, 200);
  assert.equal(body.applied, false);
  const [fine, unknown, wrong, zone] = body.results;
  assert.equal(fine.action, 'created');
  assert.match(unknown.error, /unknown field "spec\.colour"/);
  assert.match(wrong.error, /spec\.limit\.tokens/);
  assert.match(zone.error, /Nowhere\/City/);
  assert.equal((await admin.call('GET', '/budgets')).body.total, 0);
});

test('what is no configuration is refused with its line, and never quoted', async (t) => {
  const admin = await startTestAdmin(t);
  const refusals: [string, RegExp][] = [
    ['a: [sk-secret', /^line 1: /],
    ['apiVersion: v1\nkind: Nothing\nmetadata: {name: x}', /^line 1: no kind “Nothing” in “v1”/],
    ['\n\napiVersion: v1\nkind: ConfigMap', /^line 3: metadata\.name is missing/],
    ['# nothing', /has no object/],
    ['- 1', /no kind/],
    [`a: &a [${'x,'.repeat(50)}]\nb: &b [${'*a,'.repeat(50)}]\nc: [${'*b,'.repeat(50)}]`, /aliases/],
  ];
  for (const [yaml, message] of refusals) {
    const { status, body } = await admin.call('POST', '/resources:apply', { yaml, dryRun: true });
    assert.equal(status, 422, yaml);
    assert.match(body.error.message, message);
    assert.ok(!body.error.message.includes('sk-secret'));
  }
});

test('values of secrets never come out, and stay when they come back hidden', async (t) => {
  const admin = await startTestAdmin(t);
  const path = `/resources/Secret/${gatewayNamespace}/anthropic-secret`;
  const { body } = await admin.call('GET', path);
  assert.match(body.yaml, /Authorization: \(hidden\)/);
  const unchanged = await admin.call('POST', '/resources:apply', { yaml: body.yaml });
  assert.equal(unchanged.body.results[0].action, 'unchanged');
  const more = body.yaml.replace('\ndata:', '\nstringData:\n  second: sk-other-value\ndata:');
  const applied = await admin.call('POST', '/resources:apply', { yaml: more });
  assert.equal(applied.body.applied, true, JSON.stringify(applied.body));
  const shown = JSON.stringify([applied.body, (await admin.call('GET', path)).body, admin.logged]);
  assert.ok(!shown.includes('sk-other-value') && !shown.includes(btoa('sk-other-value')), shown);
  assert.match(applied.body.results[0].diff, /\+ {3}second: \(hidden\)/);
  const foreign = body.yaml.replace('name: anthropic-secret', 'name: copy');
  const refused = await admin.call('POST', '/resources:apply', { yaml: foreign });
  assert.match(refused.body.results[0].error, /data\.Authorization: \(hidden\) stands for/);

  await admin.call('POST', '/keys', { name: 'laptop' });
  const key = (await admin.call('GET', `/resources/VirtualKey/${gatewayNamespace}/laptop`)).body;
  assert.match(key.yaml, /keyHash: \(hidden\)/);
  const renamed = await admin.call('POST', '/resources:apply', { yaml: `${key.yaml}  owner: lee\n` });
  assert.equal(renamed.body.results[0].action, 'configured', JSON.stringify(renamed.body));
  assert.equal((await admin.call('GET', `/keys/${gatewayNamespace}/laptop`)).body.owner, 'lee');
});

test('a change since the preview is refused; status that moves is none', async (t) => {
  const admin = await startTestAdmin(t);
  await admin.call('POST', '/resources:apply', { yaml: budget('one', 100) });
  const path = `/resources/Budget/${gatewayNamespace}/one`;
  const { version } = (await admin.call('GET', path)).body;
  const expect = { [`Budget/${gatewayNamespace}/one`]: version };
  await admin.call('POST', '/resources:apply', { yaml: budget('one', 150) });
  const late = await admin.call('POST', '/resources:apply', { yaml: budget('one', 200), expect });
  assert.equal(late.body.applied, false);
  assert.match(late.body.results[0].error, /was changed since the preview/);
});

test('schemas for completion say what each field means', async (t) => {
  const admin = await startTestAdmin(t);
  const { body } = await admin.call('GET', '/resource-schemas');
  const gateway = body.items.find(({ kind }: { kind: string }) => kind === 'Gateway');
  assert.equal(gateway.apiVersion, 'gateway.networking.k8s.io/v1');
  assert.ok(gateway.schema.properties.spec.properties.listeners.description.length > 0);
  assert.equal(gateway.schema.properties.status, undefined);
});
