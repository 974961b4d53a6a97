/** A start waits until its calls are not refused for want of counters that gateways are only putting together. */
import { setTimeout as delay } from 'node:timers/promises';
import type { BudgetAgent } from './budget-agent.ts';

const retryMs = 100;

export interface OpeningOptions {
  /** A server that does not answer is waited for no longer than that: then each budget's failure mode decides. */
  absentMs: number;
  nowMs(): number;
  log: { warn(fields: object, message: string): void };
}

export async function untilOpened(
  agent: Pick<BudgetAgent, 'beat' | 'openInMs'>,
  { absentMs, nowMs, log }: OpeningOptions,
): Promise<void> {
  const answerBy = nowMs() + absentMs;
  for (let told = false; ; ) {
    await agent.beat();
    const { openInMs } = agent;
    if (openInMs === 0 || (openInMs === undefined && nowMs() >= answerBy)) return;
    if (openInMs !== undefined && !told) {
      log.warn({ openInMs }, "budgets' counters are put together anew: nothing is granted yet");
      told = true;
    }
    await delay(openInMs ?? retryMs);
  }
}
