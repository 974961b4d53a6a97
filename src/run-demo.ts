/** `up --demo`: the walkthrough's example is applied, and the sample provider answers where no real one is asked for. */
import { hash } from 'node:crypto';
import { applyObjects } from './apiserver/apply-objects.ts';
import type { RegistryContext } from './apiserver/registry/context.ts';
import { demoDomain, demoObjects } from './cli/demo-objects.ts';
import type { DemoInfo } from './cli/start-text.ts';
import type { UpOptions } from './cli/up-options.ts';
import { startSampleProvider } from './sample-provider/server.ts';
import type { ShutdownStack } from './shutdown-stack.ts';
import type { SharedCounters } from './storage/memory/shared-counters.ts';

export interface DemoProvider {
  kind: DemoInfo['provider'];
  urls: Record<string, string>;
}

/** With ANTHROPIC_API_KEY the real provider answers; else the sample one, unless another URL stands in for it. */
export async function applyDemo(
  options: UpOptions,
  registry: RegistryContext,
  stack: ShutdownStack,
): Promise<DemoProvider> {
  const credential = process.env['ANTHROPIC_API_KEY']?.trim();
  await registry.store.write(() => applyObjects(registry, demoObjects(credential || 'sk-sample-provider')));
  if (credential) return { kind: 'anthropic', urls: {} };
  if (options.providerUrls['anthropic'] !== undefined) return { kind: 'sample', urls: {} };
  const sample = await startSampleProvider({
    host: options.listen,
    port: 0,
    randomId: () => hash('sha256', String(Math.random())).slice(0, 24),
  });
  stack.add(() => sample.close());
  return { kind: 'sample', urls: { anthropic: sample.url } };
}

/** How mike stands in the walkthrough's example. */
export function demoStanding(
  counters: SharedCounters,
  provider: DemoInfo['provider'],
  nowSeconds: () => number,
): DemoInfo {
  const [mike] = counters.store.list(`${demoDomain}_user_id_mike_`);
  const now = nowSeconds();
  const daySeconds = 86_400;
  return { provider, mikeUsed: mike?.value ?? 0, resetsAtSeconds: now - (now % daySeconds) + daySeconds };
}
