/** Which provider gets the next attempt: the first priority group that has one to offer, there the less loaded of two or by weight. */
import { isEjected, loadOf, type ProviderHealth } from './provider-health.ts';

export interface Candidate {
  provider: ProviderHealth;
  /** Had an attempt of this very call. */
  tried: boolean;
  /** It can't serve this call at all. */
  excluded: boolean;
  /** Its share of the group's calls; in groups that go by load, nobody has one. */
  weight?: number | undefined;
}

/** `none`: every provider asked to be left alone, the first until `untilMs`; undefined when none could serve anyway. */
export type Choice = { group: number; index: number } | { none: true; untilMs?: number };

/**
 * In this order: what this call has not tried and is not ejected, group by group; what it has tried and is not ejected; what is
 * ejected, untried and soonest to return first, since a try is better than a refusal. A provider that said when to come back is left alone.
 * `random` is called for numbers in [0, 1).
 */
export function chooseProvider(
  groups: readonly (readonly Candidate[])[],
  nowMs: number,
  random: () => number,
): Choice {
  for (const tried of [false, true]) {
    for (const [group, candidates] of groups.entries()) {
      const open = indexes(candidates, (c) => c.tried === tried && !isEjected(c.provider, nowMs));
      if (open.length > 0) return { group, index: oneOf(candidates, open, nowMs, random) };
    }
  }
  return soonest(groups);
}

function indexes(candidates: readonly Candidate[], isOpen: (candidate: Candidate) => boolean): number[] {
  const found: number[] = [];
  for (const [index, candidate] of candidates.entries())
    if (!candidate.excluded && isOpen(candidate)) found.push(index);
  return found;
}

/** By their weights, where they have such; 0 is for when all that are left have it. */
function oneOf(
  candidates: readonly Candidate[],
  open: readonly number[],
  nowMs: number,
  random: () => number,
): number {
  let whole = 0;
  for (const index of open) whole += candidates[index]!.weight ?? 0;
  if (whole === 0) return lessLoaded(candidates, open, nowMs, random);
  let left = random() * whole;
  for (const index of open) {
    left -= candidates[index]!.weight ?? 0;
    if (left < 0) return index;
  }
  return open.at(-1)!;
}

/** Two at random, the better of them: nearly as even as the best of all, and callers at once do not all pick the same. */
function lessLoaded(
  candidates: readonly Candidate[],
  open: readonly number[],
  nowMs: number,
  random: () => number,
): number {
  if (open.length === 1) return open[0]!;
  const first = Math.floor(random() * open.length);
  // Of the others, so that it is never the same one twice.
  const second = (first + 1 + Math.floor(random() * (open.length - 1))) % open.length;
  const [a, b] = [open[first]!, open[second]!];
  return loadOf(candidates[b]!.provider, nowMs) < loadOf(candidates[a]!.provider, nowMs) ? b : a;
}

function soonest(groups: readonly (readonly Candidate[])[]): Choice {
  let best: { group: number; index: number } | undefined;
  let bestCandidate: Candidate | undefined;
  let untilMs: number | undefined;
  for (const [group, candidates] of groups.entries()) {
    for (const [index, candidate] of candidates.entries()) {
      const { provider, excluded } = candidate;
      if (excluded) continue;
      if (provider.told) untilMs = Math.min(untilMs ?? provider.ejectedUntilMs, provider.ejectedUntilMs);
      else if (bestCandidate === undefined || isSooner(candidate, bestCandidate)) {
        bestCandidate = candidate;
        best = { group, index };
      }
    }
  }
  return best ?? { none: true, ...(untilMs !== undefined && { untilMs }) };
}

function isSooner(a: Candidate, b: Candidate): boolean {
  return a.tried === b.tried ? a.provider.ejectedUntilMs < b.provider.ejectedUntilMs : b.tried;
}
