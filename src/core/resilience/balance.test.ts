/** A morning of calls, simulated: who gets how many of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseProvider } from './choose-provider.ts';
import { defaultHealth } from './model.ts';
import { begun, failed, type ProviderHealth, succeeded, unknownProvider } from './provider-health.ts';

interface Simulated {
  latencyMs: number;
  /** Share of its calls that fail, at once. */
  failing?: number;
}

/** Share of the calls that each provider of one group got; one call every `everyMs`. */
function shares(providers: Simulated[], everyMs: number, count = 5_000): number[] {
  let state = 7;
  const random = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const standings: ProviderHealth[] = providers.map(() => unknownProvider);
  const calls = providers.map(() => 0);
  const ends: { atMs: number; index: number; failed: boolean }[] = [];
  for (let nowMs = 0; nowMs < count * everyMs; nowMs += everyMs) {
    ends.sort((a, b) => a.atMs - b.atMs);
    while (ends.length > 0 && ends[0]!.atMs <= nowMs) {
      const { index, failed: fails, atMs } = ends.shift()!;
      const standing = standings[index]!;
      standings[index] = fails
        ? failed(standing, defaultHealth, undefined, atMs)
        : succeeded(standing, providers[index]!.latencyMs, atMs);
    }
    const group = standings.map((provider) => ({ provider, tried: false, excluded: false }));
    const choice = chooseProvider([group], nowMs, random);
    assert.ok('index' in choice);
    const { latencyMs, failing = 0 } = providers[choice.index]!;
    const fails = random() < failing;
    standings[choice.index] = begun(standings[choice.index]!);
    calls[choice.index]!++;
    ends.push({ atMs: nowMs + (fails ? 1 : latencyMs), index: choice.index, failed: fails });
  }
  return calls.map((each) => each / count);
}

test('providers that are alike share the calls, whether they are few or many', () => {
  for (const everyMs of [5, 50, 2_000]) {
    for (const share of shares([{ latencyMs: 400 }, { latencyMs: 400 }], everyMs))
      assert.ok(share > 0.35 && share < 0.65, `${share} at one in ${everyMs} ms`);
    for (const share of shares([{ latencyMs: 400 }, { latencyMs: 400 }, { latencyMs: 400 }], everyMs))
      assert.ok(share > 0.2 && share < 0.5, `${share} at one in ${everyMs} ms`);
  }
});

test('a slow provider gets fewer calls, never none', () => {
  const [fast, slow] = shares([{ latencyMs: 100 }, { latencyMs: 1_000 }], 5);
  assert.ok(fast! > 0.75, String(fast));
  assert.ok(slow! > 0.001, String(slow));
});

test('a provider that fails fast does not draw the calls to itself', () => {
  for (const failing of [0.3, 1]) {
    const [, bad] = shares([{ latencyMs: 400 }, { latencyMs: 400, failing }], 10);
    assert.ok(bad! < 0.35, `${bad} of the calls, ${failing} of them failing`);
  }
});
