/** Answers of the guards that clouds run, in the shapes of their API references. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { guardrailBody, readGuardrail } from './bedrock-guardrail.ts';
import { GuardFailure } from './model.ts';
import { armorBody, readArmor } from './model-armor.ts';

const pii = (action: string, type = 'EMAIL') => ({
  sensitiveInformationPolicy: { piiEntities: [{ action, match: 'jane@example.com', type }], regexes: [] },
});
const intervened = (assessments: object[], outputs: object[] = []) => ({
  action: 'GUARDRAIL_INTERVENED',
  assessments,
  outputs,
  usage: { topicPolicyUnits: 1 },
});

test('ApplyGuardrail: nothing, blocked, masked', () => {
  const cases: [answer: Record<string, unknown>, sent: number, verdict: unknown][] = [
    [{ action: 'NONE', outputs: [], assessments: [pii('NONE')] }, 1, { verdict: 'pass' }],
    [
      intervened(
        [{ topicPolicy: { topics: [{ name: 'Advice', type: 'DENY', action: 'BLOCKED' }] } }],
        [{ text: 'No.' }],
      ),
      1,
      { verdict: 'blocked', reason: 'guardrail: Advice' },
    ],
    [
      intervened([
        {
          contentPolicy: {
            filters: [
              { type: 'VIOLENCE', confidence: 'HIGH', action: 'BLOCKED' },
              { type: 'INSULTS', confidence: 'LOW', action: 'NONE' },
            ],
          },
          wordPolicy: { customWords: [{ match: 'bluebird', action: 'BLOCKED' }], managedWordLists: [] },
        },
      ]),
      1,
      { verdict: 'blocked', reason: 'guardrail: VIOLENCE, word' },
    ],
    [
      intervened([pii('ANONYMIZED')], [{ text: 'I am {EMAIL}' }]),
      1,
      { verdict: 'masked', texts: ['I am {EMAIL}'], reason: 'guardrail: EMAIL' },
    ],
    [
      intervened([pii('ANONYMIZED')], [{ text: 'one for both' }]),
      2,
      { verdict: 'masked', texts: undefined, reason: 'guardrail: EMAIL' },
    ],
    [
      intervened([pii('ANONYMIZED'), pii('BLOCKED', 'SSN')]),
      1,
      { verdict: 'blocked', reason: 'guardrail: SSN' },
    ],
    // It stepped in and does not say why: not a mask.
    [intervened([], [{ text: 'Sorry.' }]), 1, { verdict: 'blocked', reason: 'guardrail' }],
  ];
  for (const [answer, sent, verdict] of cases) assert.deepEqual(readGuardrail(answer, sent), verdict);
  for (const answer of [{}, { action: 'OTHER' }, { message: 'x' }])
    assert.throws(() => readGuardrail(answer, 1), GuardFailure);
  assert.equal(JSON.stringify(readGuardrail(intervened([pii('BLOCKED')]), 1)).includes('jane'), false);
});

test('ApplyGuardrail: what it is asked', () => {
  assert.deepEqual(guardrailBody(['a', 'b'], 'request'), {
    source: 'INPUT',
    content: [{ text: { text: 'a' } }, { text: { text: 'b' } }],
  });
  assert.deepEqual(guardrailBody(['a'], 'response'), {
    source: 'OUTPUT',
    content: [{ text: { text: 'a' } }],
  });
});

const result = (sanitizationResult: object) => ({ sanitizationResult });

test('Model Armor: a match rejects by the names of its filters; what could not look is a failure', () => {
  const filterResults = {
    rai: { raiFilterResult: { executionState: 'EXECUTION_SUCCESS', matchState: 'NO_MATCH_FOUND' } },
    pi_and_jailbreak: { piAndJailbreakFilterResult: { matchState: 'MATCH_FOUND', confidenceLevel: 'HIGH' } },
  };
  const found = { filterMatchState: 'MATCH_FOUND', filterResults, invocationResult: 'SUCCESS' };
  assert.equal(readArmor(result(found)), 'Model Armor: pi_and_jailbreak');
  assert.equal(readArmor(result({ ...found, invocationResult: 'PARTIAL' })), 'Model Armor: pi_and_jailbreak');
  const clean = { filterMatchState: 'NO_MATCH_FOUND', invocationResult: 'SUCCESS' };
  assert.equal(readArmor(result(clean)), undefined);
  for (const answer of [
    {},
    result({}),
    result({ ...clean, invocationResult: 'PARTIAL' }),
    result({ ...clean, invocationResult: 'FAILURE' }),
    result({ filterMatchState: 'FILTER_MATCH_STATE_UNSPECIFIED' }),
  ])
    assert.throws(() => readArmor(answer), GuardFailure);
  assert.deepEqual(armorBody(['a', 'b'], 'request'), { userPromptData: { text: 'a\nb' } });
  assert.deepEqual(armorBody(['a'], 'response'), { modelResponseData: { text: 'a' } });
});
