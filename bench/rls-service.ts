/** The embedded service over counters of its own, as the gateway runs it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseRateLimitConfig } from '../src/core/ratelimit/parse.ts';
import { createEmbeddedRateLimitService } from '../src/rls/service.ts';
import { Tallies } from '../src/rls/tallies.ts';
import type { CounterStore } from '../src/storage/counters.ts';
import { openSharedCounters } from '../src/storage/memory/shared-counters.ts';
import { openCounterDump } from '../src/storage/sqlite/counter-dump.ts';
import { benchYaml } from './rls-requests.ts';

const parsed = parseRateLimitConfig([{ name: 'bench', text: benchYaml }]);
if (!parsed.ok) throw new Error(parsed.error);
export const { config } = parsed;
export const nowSeconds = () => Math.floor(Date.now() / 1_000);

export function openService() {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-bench-rls-'));
  const dump = openCounterDump(join(directory, 'counters.db'));
  const counters = openSharedCounters({ directory, dump, nowSeconds });
  const tallies = new Tallies();
  const over = (store: CounterStore) =>
    createEmbeddedRateLimitService({
      config: () => config,
      counters: store,
      nowSeconds,
      statistics: tallies,
    });
  const close = () => {
    counters.close();
    rmSync(directory, { recursive: true });
  };
  return { service: over(counters.peers), over, handle: counters.handle, tallies, close };
}
