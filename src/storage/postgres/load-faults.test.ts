/** Faults of Postgres while calls are made all the time: nothing is lost, nothing is double, and it goes on without a restart. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';
import type { AuditLog } from '../audit-log.ts';
import { auditEntry } from '../audit-log-conformance.ts';
import { openSqliteAuditLog } from '../sqlite/audit-log.ts';
import { openPostgresAuditLog } from './audit-log.ts';
import { PostgresUnavailable } from './faults.ts';
import { type FaultyLink, startLink } from './faulty-link.fixture.ts';
import {
  counts,
  type LedgerReplica,
  ledgerReplica,
  quarter,
  through,
  untilRead,
} from './ledger-replica.fixture.ts';
import { noPostgres, signal, startPostgres, type TestPostgres } from './postgres-server.fixture.ts';

interface Load {
  replica: LedgerReplica;
  audit: AuditLog;
  /** Calls entered, and rounds that failed, so far. */
  written(): number;
  failed(): number;
  /** A moment; throws once the test's time is over, so that a loop ends with it. */
  moment(): Promise<void>;
  /** Ends it; resolves when all is delivered, and says what there is. */
  end(): Promise<{ calls: number; charged: number; changes: number[] }>;
}

const callsAtOnce = 10;
/** For what a server that stands still is given up after; a busy machine takes a batch in well within it. */
const timeoutMs = 3_000;

/** Some two thousand calls a second and a change now and then, delivered as the gateway does it. */
async function startLoad(t: TestContext, url: string): Promise<Load> {
  const replica = await ledgerReplica(t, url, 'a', timeoutMs);
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-audit-'));
  const local = openSqliteAuditLog(join(directory, 'audit.db'));
  const audit = openPostgresAuditLog({ connection: replica.connection, local, retryMs: 20 });
  let [written, changes, failed, running] = [0, 0, 0, true];
  const writing = setInterval(() => {
    replica.write(callsAtOnce);
    written += callsAtOnce;
    if (written % (callsAtOnce * 8) === 0) audit.append([auditEntry(changes++)]);
  }, 5);
  const delivering = (async () => {
    while (running) {
      const fault: unknown = await replica.follower.read().catch((error: unknown) => error);
      if (fault !== undefined) {
        assert.ok(fault instanceof PostgresUnavailable, inspect(fault));
        failed++;
      }
      await delay(20);
    }
  })();
  t.after(async () => {
    running = false;
    clearInterval(writing);
    await delivering;
    await audit.close();
    rmSync(directory, { recursive: true });
  });
  return {
    replica,
    audit,
    written: () => written,
    failed: () => failed,
    moment: () => delay(5, undefined, { signal: t.signal }),
    end: async () => {
      clearInterval(writing);
      running = false;
      await delivering;
      await untilRead(replica.follower);
      assert.ok(changes > 0 && changes <= 1_000);
      let page: Awaited<ReturnType<AuditLog['search']>> | undefined;
      while (page === undefined)
        page = await Promise.resolve(audit.search({}, { limit: 1_000 })).catch(() => undefined);
      const seen = page.entries.map(({ atMs }) => atMs).toReversed();
      assert.deepEqual(
        seen,
        Array.from({ length: changes }, (_, n) => n),
      );
      return { ...(await counts(replica.ledger)), changes: seen };
    },
  };
}

/** All that was made is there, once. */
async function checkWhole(load: Load): Promise<void> {
  const { calls, charged } = await load.end();
  assert.deepEqual({ calls, charged }, { calls: load.written(), charged: load.written() });
}

/** Until so many more calls were made, so that a fault lasts while there is work. */
async function during(load: Load, calls = 500): Promise<void> {
  const until = load.written() + calls;
  while (load.written() < until) await load.moment();
}

async function untilFailed(load: Load): Promise<void> {
  const before = load.failed();
  while (load.failed() === before) await load.moment();
}

/** Until it strikes the delivery of calls: another connection may have been the one in use. */
async function cutUntilFailed(load: Load, link: FaultyLink, bytes: number): Promise<void> {
  const before = load.failed();
  while (load.failed() === before) {
    link.cutAfter(bytes, 'toServer');
    const cuts = link.cuts();
    while (link.cuts() === cuts && load.failed() === before) await load.moment();
  }
  link.cutAfter(Infinity, 'toServer');
}

function faults(server: TestPostgres): void {
  test('the processes that serve us are stopped, and go on', async (t) => {
    const url = await server.createDatabase();
    const load = await startLoad(t, url);
    for (let round = 0; round < 2; round++) {
      await during(load);
      const pids = new Set<number>();
      // Also those that come to take over from one that was given up meanwhile.
      for (const before = load.failed(); load.failed() === before; await load.moment())
        for (const pid of await server.backends(url)) {
          pids.add(pid);
          signal([pid], 'SIGSTOP');
        }
      // What they had in hand may still be committed after we gave them up.
      signal(pids, 'SIGCONT');
    }
    await checkWhole(load);
  });

  test('one of its processes is killed: all start anew, and so do we', async (t) => {
    const url = await server.createDatabase();
    const load = await startLoad(t, url);
    for (let round = 0; round < 2; round++) {
      await during(load);
      signal((await server.backends(url)).slice(0, 1), 'SIGKILL');
      await during(load);
    }
    await checkWhole(load);
  });

  test('the server is killed with kill -9 at any moment, and started again', async (t) => {
    const load = await startLoad(t, await server.createDatabase());
    for (let round = 0; round < 2; round++) {
      await during(load, 300 + round * 300);
      await server.crash();
      await untilFailed(load);
      await during(load, 500);
      await server.start();
    }
    await checkWhole(load);
  });

  test('the line is cut in the middle of COPY, and anywhere else', async (t) => {
    const link = await startLink(server.port);
    t.after(() => link.close());
    const load = await startLoad(t, through(await server.createDatabase(), link));
    // A call is some 900 bytes: most of these cuts are within the rows.
    for (const bytes of [200, 5_000, 20_000, 70_000, 1, 33_333, 150_000]) {
      await during(load, 300);
      await cutUntilFailed(load, link, bytes);
    }
    assert.ok(load.failed() >= 7);
    await checkWhole(load);
  });

  test('a line that is slow, and now and then stands still', async (t) => {
    const link = await startLink(server.port);
    t.after(() => link.close());
    const load = await startLoad(t, through(await server.createDatabase(), link));
    for (let round = 0; round < 40; round++) {
      link.stall();
      if (round === 20) await untilFailed(load);
      else await delay(10);
      link.flow();
      await delay(10);
    }
    await checkWhole(load);
  });

  test('a disk that is full: calls wait, and are entered when there is room', async (t) => {
    const load = await startLoad(t, await server.createDatabase());
    const { connection } = load.replica;
    await during(load, 500);
    // As Postgres tells it when a file cannot grow.
    await connection.run((session) =>
      session.query(`CREATE FUNCTION tollgate.full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
        CREATE TRIGGER full_disk BEFORE INSERT ON tollgate.call FOR EACH ROW EXECUTE FUNCTION tollgate.full_disk();
        CREATE TRIGGER full_disk BEFORE INSERT ON tollgate.audit FOR EACH ROW EXECUTE FUNCTION tollgate.full_disk()`),
    );
    await untilFailed(load);
    await during(load);
    await assert.rejects(async () => load.audit.search({}, { limit: 1 }), PostgresUnavailable);
    await connection.run((session) =>
      session.query('DROP TRIGGER full_disk ON tollgate.call; DROP TRIGGER full_disk ON tollgate.audit'),
    );
    await checkWhole(load);
  });

  test('a correction of charges that is cut off happened whole or not at all', async (t) => {
    const link = await startLink(server.port);
    t.after(() => link.close());
    const url = await server.createDatabase();
    const near = await ledgerReplica(t, url, 'a');
    const far = await ledgerReplica(t, through(url, link), 'a');
    const other = await ledgerReplica(t, url, 'b');
    const sums = ['x', 'y', 'z'].map((group) => ({
      ...{ budget: 'ns/daily', group, unit: 'tokens' as const, used: 1 },
      ...quarter,
    }));
    await far.ledger.correctCharged!(sums);
    let answered = 1;
    let cuts = 0;
    for (const direction of ['toServer', 'toClient'] as const)
      for (const bytes of [1, 40, 90, 140, 200, 300]) {
        link.cutAfter(bytes, direction);
        const fault: unknown = await Promise.resolve(far.ledger.correctCharged!(sums)).catch(
          (e: unknown) => e,
        );
        link.cutAfter(Infinity, direction);
        if (fault === undefined) answered++;
        else {
          cuts++;
          assert.ok(fault instanceof PostgresUnavailable, inspect(fault));
        }
        const now = (await near.ledger.charged()).sums.map(({ used }) => used);
        assert.deepEqual(now, [now[0], now[0], now[0]], `${direction} ${bytes}`);
        assert.ok(now[0]! >= answered && now[0]! <= answered + cuts);
      }
    assert.ok(cuts >= 6);
    assert.deepEqual((await other.ledger.charged()).sums, [], 'each gateway has sums of its own');
  });
}

if (noPostgres) test('faults of Postgres under load', { skip: noPostgres }, () => {});
else {
  const server = await startPostgres();
  after(() => server.stop());
  faults(server);
}
