import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../resources/object.ts';
import { recordingAt, recordingConditions } from './recording.ts';

const object = (kind: string, what?: string, when?: string): KubeObject => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind,
  metadata: {
    namespace: 'ns',
    name: 'a',
    annotations: {
      ...(what !== undefined && { 'tollgate.dev/record-content': what }),
      ...(when !== undefined && { 'tollgate.dev/record-content-when': when }),
    },
  },
});
const faultOf = (one: KubeObject) => recordingConditions(one)[0]?.message;

test('off unless it is switched on, one by one or both', () => {
  const plain = object('Gateway');
  assert.equal(recordingAt(plain, object('HTTPRoute')), undefined);
  assert.equal(recordingAt(undefined, object('HTTPRoute', 'none')), undefined);
  const both = { prompts: true, answers: true, setBy: 'HTTPRoute ns/a' };
  assert.deepEqual(recordingAt(plain, object('HTTPRoute', ' answers , prompts ')), both);
  const some = recordingAt(plain, object('HTTPRoute', 'answers', 'apiKey.team == "a"'));
  assert.deepEqual(some, { ...both, prompts: false, when: 'apiKey.team == "a"' });
});

test('the route counts instead of its Gateway, both annotations together', () => {
  const gateway = object('Gateway', 'prompts', 'true');
  assert.deepEqual(recordingAt(gateway, object('HTTPRoute')), {
    prompts: true,
    answers: false,
    when: 'true',
    setBy: 'Gateway ns/a',
  });
  assert.equal(recordingAt(gateway, object('HTTPRoute', 'none')), undefined);
  assert.equal(recordingAt(gateway, object('HTTPRoute', 'prompts'))?.when, undefined);
});

test('what cannot be read records nothing, not even as the Gateway says, and is told', () => {
  const gateway = object('Gateway', 'prompts');
  for (const [what, when, fault] of [
    ['Prompts', undefined, /is "prompts", "answers", "prompts,answers" or "none": nothing is recorded/],
    ['', undefined, /is "prompts"/],
    ['true', undefined, /is "prompts"/],
    ['prompts', 'apiKey.team ==', /is not a valid CEL expression: .*: nothing is recorded/],
    [undefined, 'true', /has no effect without tollgate\.dev\/record-content/],
  ] as const) {
    const route = object('HTTPRoute', what, when);
    assert.equal(recordingAt(gateway, route), undefined, String(what));
    assert.match(String(faultOf(route)), fault);
  }
  assert.equal(faultOf(gateway), undefined);
  assert.equal(faultOf(object('Gateway')), undefined);
});
