/** Machines over one server, each in a directory of its own, and what their tests ask. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { ReservationItem } from '../../core/budget/model.ts';
import { reservationItem } from '../accounts-conformance.ts';
import { openTestProcess, type TestProcess } from './accounts-process.fixture.ts';
import { startRedis, type TestRedis } from './redis-server.fixture.ts';

/** A try every 25 ms. */
export const eventually = async <T>(check: () => Promise<T>, tries = 100): Promise<T> => {
  for (let left = tries; ; left--) {
    try {
      return await check();
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
};

export interface World {
  redis: TestRedis;
  machine(name: string, more?: object): Promise<TestProcess>;
}

/** A function that opens machines over the server at `url`; the test closes them. */
export function worldOver(t: TestContext, url: string): World['machine'] {
  const root = mkdtempSync(join(tmpdir(), 'tollgate-shared-'));
  const open: TestProcess[] = [];
  t.after(async () => {
    for (const machine of open) await machine.close();
    rmSync(root, { recursive: true });
  });
  return async (name, more = {}) => {
    const machine = await openTestProcess({ url, directory: join(root, name), ...more });
    open.push(machine);
    return machine;
  };
}

export async function world(t: TestContext): Promise<World> {
  const redis = await startRedis();
  const machine = worldOver(t, redis.url);
  t.after(() => redis.stop());
  return { redis, machine };
}

export const item = (fields: Partial<ReservationItem> = {}) => reservationItem({ limit: 100_000, ...fields });
