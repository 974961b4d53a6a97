/** Tokens, sessions and the audit log in Postgres: the suites of all stores, and what several gateways see of one another. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { adminSessionsConformance } from '../admin-sessions-conformance.ts';
import { adminTokensConformance } from '../admin-tokens-conformance.ts';
import type { AuditLog, LocalAuditLog } from '../audit-log.ts';
import { auditEntry, auditLogConformance } from '../audit-log-conformance.ts';
import { openSqliteAuditLog } from '../sqlite/audit-log.ts';
import { describeUsers } from '../users-conformance.ts';
import { openPostgresAdminSessions } from './admin-sessions.ts';
import { openPostgresAdminTokens } from './admin-tokens.ts';
import { openPostgresAuditLog } from './audit-log.ts';
import { PostgresConnection } from './connection.ts';
import { PostgresUnavailable } from './faults.ts';
import { startLink } from './faulty-link.fixture.ts';
import { persistently } from './ledger-replica.fixture.ts';
import { noPostgres, startPostgres, type TestPostgres } from './postgres-server.fixture.ts';
import { migratePostgresSchema } from './schema.ts';
import { openPostgresUsers } from './users.ts';

async function connect(url: string, timeoutMs = 5_000): Promise<PostgresConnection> {
  const connection = new PostgresConnection({ url, timeoutMs });
  await persistently(() => migratePostgresSchema(connection));
  return connection;
}

function conformance(server: TestPostgres): void {
  adminTokensConformance('Postgres', async () => {
    const url = await server.createDatabase();
    let connection = await connect(url);
    return {
      tokens: openPostgresAdminTokens(connection),
      reopen: async () => {
        await connection.close();
        connection = await connect(url);
        return openPostgresAdminTokens(connection);
      },
      atRest: async () =>
        JSON.stringify(
          await connection.run((session) => session.query('SELECT * FROM tollgate.admin_token')),
        ),
      close: () => connection.close(),
    };
  });

  adminSessionsConformance('Postgres', async () => {
    const connection = await connect(await server.createDatabase());
    return { sessions: openPostgresAdminSessions(connection), close: () => connection.close() };
  });

  describeUsers('Postgres', async () => {
    const connection = await connect(await server.createDatabase());
    const users = openPostgresUsers(connection);
    return { users, again: async () => openPostgresUsers(connection), close: () => connection.close() };
  });

  auditLogConformance('Postgres', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'tollgate-audit-'));
    const connection = await connect(await server.createDatabase());
    const open = () =>
      openPostgresAuditLog({ connection, local: openSqliteAuditLog(join(directory, 'audit.db')) });
    let log = open();
    return {
      log,
      reopen: async () => {
        await log.close();
        log = open();
        return log;
      },
      close: async () => {
        await log.close();
        await connection.close();
        rmSync(directory, { recursive: true });
      },
    };
  });
}

interface Replica {
  log: AuditLog;
  local: LocalAuditLog;
  faults: (string | undefined)[];
}

async function auditReplica(t: TestContext, url: string, timeoutMs?: number): Promise<Replica> {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-audit-'));
  const connection = await connect(url, timeoutMs);
  const local = openSqliteAuditLog(join(directory, 'audit.db'));
  const faults: (string | undefined)[] = [];
  const log = openPostgresAuditLog({
    connection,
    local,
    retryMs: 50,
    onFault: (fault) => void faults.push(fault?.message),
  });
  t.after(async () => {
    await log.close();
    await connection.close();
    rmSync(directory, { recursive: true });
  });
  return { log, local, faults };
}

const timesOf = async (log: AuditLog) =>
  (await log.search({}, { limit: 1_000 })).entries.map(({ atMs }) => atMs);
const through = (url: string, port: number) => url.replace(/:\d+\//, `:${port}/`);

function sharedTests(server: TestPostgres): void {
  test('what one gateway deletes or ends is in force nowhere at once; what it opens is for all', async (t) => {
    const url = await server.createDatabase();
    const [here, there] = await Promise.all([connect(url), connect(url)]);
    t.after(() => Promise.all([here.close(), there.close()]));
    const [tokens, otherTokens] = [here, there].map(openPostgresAdminTokens);
    const token = { name: 'ci', role: 'viewer', createdAt: '2026-11-25T12:00:00Z' } as const;
    await tokens!.create(token, 'a'.repeat(64));
    assert.deepEqual(await otherTokens!.findByHash('a'.repeat(64)), token);
    await otherTokens!.delete('ci');
    assert.equal(await tokens!.findByHash('a'.repeat(64)), undefined);
    const [sessions, otherSessions] = [here, there].map(openPostgresAdminSessions);
    const session = { id: 's', role: 'admin', expiresAtMs: 1_000 };
    await sessions!.begin(session, 0);
    assert.deepEqual(await otherSessions!.find('s'), session);
    await otherSessions!.end('s');
    assert.equal(await sessions!.find('s'), undefined);
    await sessions!.addCode('code', 1_000, 0);
    const taken = await Promise.all([sessions!, otherSessions!].map((one) => one.takeCode('code')));
    assert.deepEqual(taken.map(Boolean).sort(), [false, true]);
  });

  test('the changes of all gateways are one list, in the order of their times', async (t) => {
    const url = await server.createDatabase();
    const [a, b] = await Promise.all([auditReplica(t, url), auditReplica(t, url)]);
    for (let n = 0; n < 40; n += 2) {
      a.log.append([auditEntry(n)]);
      b.log.append([auditEntry(n + 1)]);
    }
    const expected = Array.from({ length: 40 }, (_, n) => 39 - n);
    await timesOf(a.log);
    assert.deepEqual(await timesOf(b.log), expected);
    assert.deepEqual(await timesOf(a.log), expected);
    const first = await a.log.search({}, { limit: 10 });
    const second = await b.log.search({}, { limit: 10, before: first.next! });
    assert.deepEqual(
      second.entries.map(({ atMs }) => atMs),
      expected.slice(10, 20),
    );
  });

  test('changes made while the server is away are kept here, and stand where they belong afterwards', async (t) => {
    const link = await startLink(server.port);
    t.after(() => link.close());
    const url = await server.createDatabase();
    const [cutOff, other] = await Promise.all([
      auditReplica(t, through(url, link.port)),
      auditReplica(t, url),
    ]);
    cutOff.log.append([auditEntry(1)]);
    await timesOf(cutOff.log);
    link.cut();
    cutOff.log.append([auditEntry(2)]);
    await assert.rejects(async () => cutOff.log.search({}, { limit: 1 }), PostgresUnavailable);
    other.log.append([auditEntry(3)]);
    assert.deepEqual(await timesOf(other.log), [3, 1]);
    link.flow();
    assert.deepEqual(await timesOf(cutOff.log), [3, 2, 1]);
    assert.deepEqual(await timesOf(other.log), [3, 2, 1]);
  });

  test('entries whose answer was lost are there once; delivery goes on by itself', async (t) => {
    const link = await startLink(server.port);
    t.after(() => link.close());
    const url = await server.createDatabase();
    const { log, faults } = await auditReplica(t, through(url, link.port), 500);
    const other = await auditReplica(t, url);
    await timesOf(log);
    const all: number[] = [];
    for (let cut = 1; cut <= 12; cut++) {
      const told = faults.length;
      link.cutAfter(cut * 8, 'toClient');
      log.append([auditEntry(cut), auditEntry(cut)]);
      all.unshift(cut, cut);
      while ((await timesOf(other.log)).length < all.length)
        await new Promise((resolve) => setImmediate(resolve));
      link.cutAfter(Infinity, 'toClient');
      assert.deepEqual(await timesOf(other.log), all, `${cut}`);
      assert.ok(faults.length >= told);
    }
    assert.ok(
      faults.some((fault) => fault !== undefined),
      'no cut met a delivery',
    );
  });

  test('while the server is away nobody comes in, by a clear error; afterwards again', async (t) => {
    const link = await startLink(server.port);
    t.after(() => link.close());
    const connection = await connect(through(await server.createDatabase(), link.port), 300);
    t.after(() => connection.close());
    const sessions = openPostgresAdminSessions(connection);
    const tokens = openPostgresAdminTokens(connection);
    await persistently(() => sessions.begin({ id: 's', role: 'admin', expiresAtMs: 1_000 }, 0));
    for (const [fault, message] of [
      ['cut', /^Postgres is not available/],
      ['stall', /did not answer within 300 ms|^Postgres is not available/],
    ] as const) {
      link[fault]();
      const uses: (() => unknown)[] = [
        () => sessions.find('s'),
        () => tokens.findByHash('x'),
        () => sessions.end('t'),
      ];
      for (const use of uses) {
        const refused: unknown = await Promise.resolve()
          .then(use)
          .catch((error: unknown) => error);
        assert.ok(refused instanceof PostgresUnavailable);
        assert.match(refused.message, message);
      }
      link.flow();
      let found: unknown;
      while (found === undefined) found = await Promise.resolve(sessions.find('s')).catch(() => undefined);
    }
  });
}

if (noPostgres) test('what is kept of administration in Postgres', { skip: noPostgres }, () => {});
else {
  const server = await startPostgres();
  after(() => server.stop());
  conformance(server);
  sharedTests(server);
}
