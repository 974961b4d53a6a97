import assert from 'node:assert/strict';
import { test } from 'node:test';
import { issuerFault } from './oidc-settings.ts';
import { claimAt, type RoleRule, roleFor, roleRulesOf } from './role-map.ts';

const rulesOf = (text: string) => roleRulesOf(text) as RoleRule[];

test('rules are read a line or commas between, whatever characters a group has', () => {
  assert.deepEqual(rulesOf('platform-admins=admin, finance = viewer,\nresearch=owner:research'), [
    { value: 'platform-admins', role: 'admin' },
    { value: 'finance', role: 'viewer' },
    { value: 'research', role: 'owner', team: 'research' },
  ]);
  assert.deepEqual(rulesOf('cn=admins\\,ou=it=admin'), [{ value: 'cn=admins,ou=it', role: 'admin' }]);
  assert.match(roleRulesOf('') as string, /nobody could log in/);
  assert.match(roleRulesOf('admins') as string, /not VALUE=ROLE/);
  assert.match(roleRulesOf('=admin') as string, /not VALUE=ROLE/);
  for (const role of ['root', 'owner', 'owner:', 'Admin', ''])
    assert.match(roleRulesOf(`a=${role}`) as string, /none of admin, viewer and owner:TEAM/, role);
});

test('a claim is an array or one string, compared whole; the first rule that holds decides', () => {
  const rules = rulesOf('research=owner:research,finance=viewer,platform admins=admin');
  assert.deepEqual(roleFor(rules, ['x', 'finance', 'research']), { role: 'owner', team: 'research' });
  assert.deepEqual(roleFor(rules, 'platform admins'), { role: 'admin' });
  const none = [
    'Finance',
    'finance admins',
    'not finance',
    ['platform', 'admins'],
    [['finance']],
    [],
    null,
    undefined,
    5,
  ];
  for (const claim of none) assert.equal(roleFor(rules, claim), undefined, JSON.stringify(claim));
});

test('a claim is found by its name first, then by its path; nothing is found on prototypes', () => {
  assert.equal(claimAt({ 'a.b': 1, a: { b: 2 } }, 'a.b'), 1);
  assert.deepEqual(claimAt({ realm_access: { roles: ['x'] } }, 'realm_access.roles'), ['x']);
  assert.equal(claimAt({ groups: 'x' }, 'groups.length'), undefined);
  assert.equal(claimAt({}, 'constructor.name'), undefined);
  assert.equal(claimAt({ a: null }, 'a.b'), undefined);
});

test('an issuer is https, or on this machine', () => {
  for (const good of [
    'https://a.example/realms/x',
    'http://127.0.0.1:80',
    'http://localhost:1/x',
    'http://[::1]:5',
  ])
    assert.equal(issuerFault(good), undefined, good);
  const bad = [
    'http://a.example',
    'http://localhost.evil.example',
    'http://127.0.0.1@evil.example',
    'https://a?b',
    'x',
    'ftp://a',
  ];
  for (const wrong of bad) assert.notEqual(issuerFault(wrong), undefined, wrong);
});
