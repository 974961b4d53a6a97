/** Machines over one server, each in a directory of its own, and what their tests ask. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { ReservationItem } from '../../core/budget/model.ts';
import { reservationItem } from '../accounts-conformance.ts';
import { openTestProcess, type TestProcess } from './accounts-process.fixture.ts';
import { startRedis, type TestRedis } from './redis-server.fixture.ts';

export const eventually = async <T>(check: () => Promise<T>): Promise<T> => {
  for (let left = 100; ; left--) {
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

export async function world(t: TestContext): Promise<World> {
  const redis = await startRedis();
  const root = mkdtempSync(join(tmpdir(), 'tollgate-shared-'));
  const open: TestProcess[] = [];
  t.after(async () => {
    for (const machine of open) await machine.close();
    rmSync(root, { recursive: true });
    await redis.stop();
  });
  return {
    redis,
    machine: async (name, more = {}) => {
      const machine = await openTestProcess({ url: redis.url, directory: join(root, name), ...more });
      open.push(machine);
      return machine;
    },
  };
}

export const item = (fields: Partial<ReservationItem> = {}) => reservationItem({ limit: 100_000, ...fields });
