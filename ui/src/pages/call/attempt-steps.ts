/** The attempts of a call that had several, or whose backend has several providers: who was asked, when, and what came of it. */
import type { Call } from '../../api/types.ts';
import { formatCount, formatDuration } from '../../components/format.ts';
import { strings } from '../../strings.ts';

const texts = strings.calls.one;

export interface AttemptStep {
  title: string;
  lines: string[];
  afterMs: number;
}

export function attemptSteps({ attempts = [] }: Call): AttemptStep[] {
  return attempts.map(
    ({ provider, model, status, outcome, error, startedAfterMs, durationMs, usage, ejectedMs }, index) => {
      const told = [
        texts.outcomes[outcome],
        status === undefined ? undefined : texts.attemptStatus(status),
        model,
        formatDuration(durationMs),
        usage === undefined
          ? undefined
          : texts.attemptTokens(formatCount(usage.inputTokens + usage.outputTokens)),
      ];
      const left = ejectedMs === undefined ? undefined : texts.ejected(formatDuration(ejectedMs));
      return {
        title: texts.attempt(index + 1, provider),
        lines: [told.filter((part) => part !== undefined).join(' · '), error, left].filter(
          (line) => line !== undefined,
        ),
        afterMs: startedAfterMs,
      };
    },
  );
}
