import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRedisServers } from './servers.ts';
import { slotOf } from './slots.ts';

test('URLs of Sentinels and of Clusters', () => {
  assert.deepEqual(parseRedisServers('redis+sentinel://u:p%40ss@one,two:7,[::1]:8/my-primary/3'), {
    kind: 'sentinel',
    addresses: ['one:26379', 'two:7', '[::1]:8'],
    primary: 'my-primary',
    prefix: 'redis://u:p%40ss@',
    database: '3',
    tls: false,
  });
  assert.deepEqual(parseRedisServers('rediss+cluster://:secret@one,two:7'), {
    kind: 'cluster',
    addresses: ['one:6379', 'two:7'],
    primary: '',
    prefix: 'rediss://:secret@',
    database: '',
    tls: true,
  });
  assert.equal(parseRedisServers('redis://one:6379/1'), undefined);
});

test('what is wrong is told without the URL', () => {
  for (const url of [
    'redis+sentinel://:secret@one',
    'redis+cluster://:secret@one/1',
    'redis+cluster://:secret@one/name/1',
    'redis+ring://:secret@one',
    'redis+cluster://:secret@one,,two',
    'redis+cluster://:secret@one:port',
    'redis+sentinel://:secret@/name',
  ]) {
    const told = (error: Error) =>
      /several Redis servers are/.test(error.message) && !/secret/.test(error.message);
    assert.throws(() => parseRedisServers(url), told, url);
  }
});

test("slots are Redis' own", () => {
  assert.equal(slotOf('123456789'), 0x31c3);
  assert.equal(slotOf('foo'), 12_182);
  assert.equal(slotOf('{foo}.one'), slotOf('foo'));
  assert.equal(slotOf('{foo}{bar}'), slotOf('foo'));
  assert.notEqual(slotOf('{}foo'), slotOf('foo'));
});
