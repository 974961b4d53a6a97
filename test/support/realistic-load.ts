/**
 * Calls as people make them: questions of one hundred to two thousand tokens, answers limited to some hundred, half of them streams.
 * And the old load beside it: one short question, again and again, whose bound is many times what it uses.
 */
import assert from 'node:assert/strict';
import { countTokens } from '../../src/sample-provider/answer.ts';
import type { Answer, BudgetWorld } from './budget-world.ts';
import { eventually } from './eventually.ts';

export interface Load {
  name: string;
  /** Of the n-th call. */
  body(n: number): {
    max_tokens: number;
    messages: { role: string; content: string }[];
    [member: string]: unknown;
  };
  /** Different ones; then they come again. */
  shapes: number;
  /** Place of the one that stands for the rest: a budget's worth is told in its reservations. */
  typical: number;
  /** Share of a budget of `worth` reservations that must be usable. */
  usable(worth: number): number;
}

const vocabulary =
  'The gateway stands between people and the models they ask so every call has a name a price and an end and what was written down last month can still be explained to whoever pays for it now'.split(
    ' ',
  );

/** The last sentence is short: what the sample provider answers quotes it. */
function question(words: number): string {
  const text = Array.from({ length: words - 6 }, (_, n) => {
    const word = vocabulary[(n * 7 + words) % vocabulary.length]!;
    return n % 13 === 12 ? `${word}.` : word;
  });
  return `${text.join(' ')} What does that mean for us?`;
}

/** What the smallest needs is under 5 % of what the typical one reserves: less than that may be left of a budget. */
const words = [320, 50, 700, 180, 1_500, 130, 450, 240];
const limits = [200, 500, 300, 150, 400];
const shapes = words.length * limits.length;

export const realistic: Load = {
  name: 'calls of many sizes',
  shapes,
  // 450 words and 300 tokens: the means of both.
  typical: 22,
  body: (n) => ({
    model: 'claude-sonnet-5',
    max_tokens: limits[n % limits.length]!,
    stream: n % 2 === 1,
    messages: [{ role: 'user', content: question(words[n % words.length]!) }],
  }),
  usable: () => 0.95,
};

const short = [{ role: 'user', content: 'What is a virtual key?' }];

export const shortQuestions: Load = {
  name: 'one short question',
  shapes: 2,
  typical: 0,
  body: (n) => ({ model: 'claude-sonnet-5', max_tokens: 100, stream: n % 2 === 1, messages: short }),
  // What is left is less than the input of one with its margin: of a budget that is as small as one reservation that is 7 %.
  usable: (worth) => (worth === 1 ? 0.92 : 0.95),
};

/** The least that any call of the load can be let through with: its input, the margin of a count, and one token of an answer. */
function leastNeeded(load: Load): number {
  const input = Math.min(...inputsOf(load));
  return input + Math.max(10, Math.ceil(input / 50)) + 1;
}

function inputsOf({ body, shapes }: Load): number[] {
  return Array.from({ length: shapes }, (_, n) => {
    // As it is translated.
    const messages = body(n).messages.map(({ role, content }) => ({
      role,
      content: [{ type: 'text', text: content }],
    }));
    return countTokens(JSON.stringify(['', messages, []]));
  });
}

/** What the typical call of a load reserves where nothing is near: read from the refusal of a budget that bears nothing. */
export async function reservationOf(world: BudgetWorld, load: Load): Promise<number> {
  const owner = 'tg-nothing';
  await world.key(owner, {}, { owner });
  await world.budget(owner, {
    selector: { matchLabels: { owner } },
    limit: { tokens: 1 },
    reservation: { minimumOutputTokens: 1_000_000 },
  });
  const { text } = await world.ask(owner, load.body(load.typical));
  const needs = /needs at least (\d+) tokens \(input bounded by its bytes\)/.exec(text)?.[1];
  if (needs === undefined) throw new Error(text);
  return Number(needs);
}

/**
 * Rounds of `calls` at once until some are refused, and then one by one until no shape fits any more: what was given back, or could
 * not be counted on a busy machine, is tried again. `left`: of the budget.
 */
export async function useUp(
  asked: (n: number) => Promise<Answer>,
  left: () => Promise<number>,
  load: Load,
  calls: number,
): Promise<{ passed: number; rounds: number; atOnceUntil: Date; afterwards: number }> {
  const ask = async (n: number) => {
    const { status, text } = await asked(n);
    if (status !== 200 && status !== 429) throw new Error(`${status}: ${text}`);
    return status;
  };
  let passed = 0;
  let rounds = 0;
  for (let all = calls; all === calls; rounds++) {
    const statuses = await Promise.all(Array.from({ length: calls }, (_, n) => ask(n)));
    all = statuses.filter((status) => status === 200).length;
    passed += all;
  }
  const atOnceUntil = new Date();
  let afterwards = 0;
  const least = leastNeeded(load);
  await eventually(async () => {
    for (let n = 0, refused = 0; refused < load.shapes; n++) {
      if ((await ask(n)) === 200) {
        afterwards++;
        refused = 0;
      } else refused++;
    }
    const rest = await left();
    assert.ok(rest < least, `${rest} are left, and the smallest call needs ${least}`);
  }, 60_000);
  return { passed, rounds, atOnceUntil, afterwards };
}
