/** The measured process of `rls-grpc.ts`: the gRPC server with its metrics, as in the gateway. */
import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks';
import { Registry } from 'prom-client';
import { registerRateLimitMetrics } from '../src/rls/metrics.ts';
import { startRateLimitServer } from '../src/rls/server.ts';
import { openService } from './rls-service.ts';

const { service, tallies, close } = openService();
const metrics = registerRateLimitMetrics(new Registry(), tallies);
const server = await startRateLimitServer({ service, host: '127.0.0.1', port: 0, onCall: metrics.call });
const pauses = watchPauses();
process.on('message', () => {
  process.send?.(pauses());
});
process.send?.({ port: server.port });
process.on('disconnect', () => {
  close();
  process.exit(0);
});

export interface Pauses {
  collections: number;
  collectedMs: number;
  longestCollectionMs: number;
  /** Of the event loop, beyond its timer's own resolution. */
  loopP99Ms: number;
}

/** What the process itself knows about its pauses since the last time it was asked. */
function watchPauses(): () => Pauses {
  let collections: number[] = [];
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) collections.push(duration);
  }).observe({ entryTypes: ['gc'] });
  return () => {
    const told = {
      collections: collections.length,
      collectedMs: collections.reduce((sum, one) => sum + one, 0),
      longestCollectionMs: Math.max(0, ...collections),
      loopP99Ms: delay.percentile(99) / 1e6 - 1,
    };
    collections = [];
    delay.reset();
    return told;
  };
}
