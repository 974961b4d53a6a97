/**
 * `node bin/run.mjs bench/rls.ts`: what a rate limit decision costs in process (match, plan, decide): the gateway's own calls, whose
 * counts travel with the ledger entry; the service with a write of its own. Over gRPC: `rls-grpc.ts`.
 */
import { decideRateLimit } from '../src/core/ratelimit/decide.ts';
import { RateLimitIndex } from '../src/core/ratelimit/match.ts';
import type { RateLimitRequest } from '../src/core/ratelimit/model.ts';
import { planRateLimit } from '../src/core/ratelimit/plan.ts';
import { attachThreadStores } from '../src/storage/memory/thread-stores.ts';
import { requestWith } from './rls-requests.ts';
import { config, nowSeconds, openService } from './rls-service.ts';

const oneOf = (n: number) => requestWith(['user'], n);
const threeOf = (n: number) => requestWith(['user', 'tokens', 'cost'], n);

/** Microseconds of CPU of one step; the best of some rounds, as others use the machine too. */
async function costOf(step: (n: number) => unknown, rounds = 100_000): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 6; round++) {
    const before = process.cpuUsage();
    for (let n = 0; n < rounds; n++) {
      step(n);
      // A call is an event of its own: what waits for the end of one is done.
      await null;
    }
    const { user, system } = process.cpuUsage(before);
    if (round > 0) best = Math.min(best, (user + system) / rounds);
  }
  return best;
}

const entry = JSON.stringify({ id: 'mi9x2k40-7f3a1-1', status: 200, durationMs: 812, note: 'x'.repeat(500) });

async function inProcess(): Promise<void> {
  const index = new RateLimitIndex(config);
  const decide = (request: RateLimitRequest) =>
    decideRateLimit(planRateLimit(index, request, 1_000), [1, 1, 1]);
  const { service, over, handle, close } = openService();
  const thread = attachThreadStores(handle, 'worker-1', nowSeconds);
  const own = over(thread.counters);
  const settle = () => thread.accounts.settle([], entry);
  const loop = await costOf(() => {});
  for (const [what, requestOf] of [
    ['1 descriptor', oneOf],
    ['3 descriptors', threeOf],
  ] as const) {
    const requests = Array.from({ length: 1_000 }, (_, n) => requestOf(n));
    const at = (n: number) => requests[n % requests.length]!;
    const tell = (name: string, cost: number) =>
      process.stdout.write(`${name}, ${what}: ${cost.toFixed(2)} µs CPU\n`);
    tell('decision alone', (await costOf((n) => decide(at(n)))) - loop);
    const settled = await costOf(settle);
    const limited = await costOf((n) => {
      own.shouldRateLimit(at(n));
      settle();
    });
    tell("the gateway's own call, above the ledger entry that it has anyway (aim < 3)", limited - settled);
    tell(
      'the service, with a write of its own',
      (await costOf((n) => service.shouldRateLimit(at(n)))) - loop,
    );
  }
  close();
}

await inProcess();
