/** Which calls are traced: OpenTelemetry's standard samplers. */
import type { TraceParent } from './traceparent.ts';

export interface TraceSampler {
  /** Of the traces that begin here: 0 none, 1 all. */
  ratio: number;
  /** What the caller decided for its trace holds. */
  parentBased: boolean;
}

const ratios: Record<string, number | undefined> = { always_on: 1, always_off: 0, traceidratio: undefined };

/** `OTEL_TRACES_SAMPLER` and its argument. Undefined when there is no such sampler. */
export function parseSampler(name: string, argument: string | undefined): TraceSampler | undefined {
  const parentBased = name.startsWith('parentbased_');
  const own = parentBased ? name.slice('parentbased_'.length) : name;
  if (!Object.hasOwn(ratios, own)) return undefined;
  const ratio = ratios[own] ?? (argument === undefined || argument === '' ? 1 : Number(argument));
  return ratio >= 0 && ratio <= 1 ? { ratio, parentBased } : undefined;
}

export function isSampled(sampler: TraceSampler, traceId: string, parent: TraceParent | undefined): boolean {
  if (parent !== undefined && sampler.parentBased) return parent.sampled;
  return isWithin(sampler.ratio, traceId);
}

/** The trace's own random part decides, so that all who ask of one trace come to one answer. 52 bits of it are exact. */
export function isWithin(ratio: number, traceId: string): boolean {
  return Number.parseInt(traceId.slice(-13), 16) >= (1 - ratio) * 2 ** 52;
}
