import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CredentialUnavailable } from '../core/cloud-auth.ts';
import { type Obtained, RenewedCredential } from './renewed.ts';

const minute = 60_000;

/** Time goes on when the test says so. */
class Clock {
  now = 1_000_000;
  #timers: { at: number; run: () => void }[] = [];

  nowMs = () => this.now;
  after = (delayMs: number, run: () => void) => {
    const timer = { at: this.now + delayMs, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  };

  get waiting(): number[] {
    return this.#timers.map(({ at }) => at - this.now).sort((a, b) => a - b);
  }

  async pass(ms: number): Promise<void> {
    const end = this.now + ms;
    for (;;) {
      await settled();
      const next = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((other) => other !== next);
      this.now = next.at;
      next.run();
    }
    this.now = end;
  }
}

/** Everything that waits for promises has run. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Obtains `token-1`, `token-2`, … for ten minutes each, or fails while `down`. */
function provider(clock: Clock, lifetimeMs = 60 * minute) {
  const state = { obtained: 0, down: undefined as string | undefined };
  const obtain = async (): Promise<Obtained<string>> => {
    if (state.down !== undefined) throw new Error(state.down);
    return { value: `token-${++state.obtained}`, expiresAtMs: clock.now + lifetimeMs };
  };
  return { state, obtain };
}

test('calls that come while it is obtained for the first time wait for it', async () => {
  const clock = new Clock();
  let give!: (obtained: Obtained<string>) => void;
  const token = new RenewedCredential<string>(() => new Promise((resolve) => (give = resolve)), clock);
  const waiting = [token.value(), token.value()];
  give({ value: 'token' });
  assert.deepEqual(await Promise.all(waiting), ['token', 'token']);
  assert.deepEqual(clock.waiting, [], 'what does not expire is not renewed');
});

test('it is renewed before it expires, and calls in between use what is at hand', async () => {
  const clock = new Clock();
  const { state, obtain } = provider(clock);
  const token = new RenewedCredential(obtain, clock);
  assert.equal(await token.value(), 'token-1');
  await clock.pass(55 * minute);
  assert.equal(await token.value(), 'token-1');
  await clock.pass(minute);
  assert.equal(await token.value(), 'token-2');
  await clock.pass(600 * minute);
  assert.ok(state.obtained > 10);
  token.stop();
  const { obtained } = state;
  await clock.pass(600 * minute);
  assert.equal(state.obtained, obtained, 'stopped is stopped');
});

test('an expired one refuses, never an empty or an old one', async () => {
  const clock = new Clock();
  const { state, obtain } = provider(clock);
  const token = new RenewedCredential(obtain, clock);
  assert.equal(await token.value(), 'token-1');
  state.down = 'the issuer is down\nwith a second line that is nobody’s business';
  await clock.pass(59 * minute);
  assert.equal(await token.value(), 'token-1', 'still valid while its renewal fails');
  await clock.pass(minute);
  await assert.rejects(token.value(), (error: Error) => {
    assert.ok(error instanceof CredentialUnavailable);
    assert.equal(error.message, 'expired: the issuer is down');
    return true;
  });
  state.down = undefined;
  await clock.pass(minute);
  assert.equal(await token.value(), 'token-2', 'it recovers by itself');
});

test('failures are tried again, less and less often', async () => {
  const clock = new Clock();
  const { state, obtain } = provider(clock);
  state.down = 'no credentials here';
  const token = new RenewedCredential(obtain, clock);
  await assert.rejects(token.value(), /no credentials here/);
  const waits: number[] = [];
  for (let i = 0; i < 8; i++) {
    waits.push(...clock.waiting);
    await clock.pass(clock.waiting[0]!);
  }
  assert.deepEqual(waits, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
});

test('an attempt that hangs is given up, so that nobody waits for ever', async () => {
  const clock = new Clock();
  const token = new RenewedCredential<string>(() => new Promise(() => {}), clock);
  const refused = assert.rejects(token.value(), /nobody answered in time/);
  await clock.pass(15_000);
  await refused;
});

test('a token of a short life is renewed at half of it', async () => {
  const clock = new Clock();
  const { obtain } = provider(clock, 4 * minute);
  const token = new RenewedCredential(obtain, clock);
  assert.equal(await token.value(), 'token-1');
  await clock.pass(2 * minute);
  assert.equal(await token.value(), 'token-2');
});
