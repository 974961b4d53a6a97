/**
 * Every case of agentgateway's controller that was recorded: the same objects get the same conditions from us, or differ in
 * the way that is written down here with its reason.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse, parseAllDocuments } from 'yaml';
import type { Condition, KubeObject } from '../resources/object.ts';
import { compileObjects } from './compile.fixture.ts';

const testdata = join(import.meta.dirname, '../../../testdata');
const read = (file: string) => readFileSync(join(testdata, file), 'utf8');

const kinds = ['Gateway', 'HTTPRoute', 'AgentgatewayBackend', 'AgentgatewayPolicy'];
const recorded = (parse(read('kubernetes/status/cases.yaml')) as { items: KubeObject[] }).items;
const rateLimits = parseAllDocuments(read('scenario/30-ratelimit-config.yaml'))
  .map((document) => document.toJS() as KubeObject | null)
  .filter((object) => object !== null);

/** `place Type=Status/Reason`, where place is a listener, a parent or an ancestor. */
function conditionsIn(status: unknown, place = ''): string[] {
  if (typeof status !== 'object' || status === null) return [];
  if ('type' in status && 'reason' in status) {
    const { type, status: value, reason } = status as Condition;
    return [`${place}${type}=${value}/${reason}`];
  }
  const { name, supportedKinds, parentRef, ancestorRef } = status as Record<string, { name: string }>;
  const here = supportedKinds === undefined ? (parentRef ?? ancestorRef)?.name : String(name);
  return Object.values(status).flatMap((value) =>
    conditionsIn(value, here === undefined ? place : `${here} `),
  );
}

const unserved = 'protocols other than HTTP are refused by this version';
const owned = 'one port has one owner, the older Gateway: two would serve each other’s requests';
/** Object → reason, and what only the recording (−) or only we (+) say. */
const differences: Record<string, [reason: string, ...conditions: string[]]> = {
  'Gateway/bad-protocol': [
    'what is not served is not called programmed',
    '-Programmed=True/Programmed',
    '-x Programmed=True/Programmed',
    '+Programmed=False/Invalid',
    '+x Programmed=False/Invalid',
  ],
  'Gateway/conflict-http-tcp': [
    unserved,
    '-Accepted=True/Accepted',
    '-Programmed=True/Programmed',
    '-b Accepted=True/Accepted',
    '-b Programmed=True/Programmed',
    '+Accepted=True/ListenersNotValid',
    '+Programmed=False/Invalid',
    '+b Accepted=False/UnsupportedProtocol',
    '+b Programmed=False/Invalid',
  ],
  'Gateway/conflict-https-tls': [
    unserved,
    '-Programmed=True/Programmed',
    '-a Accepted=True/Accepted',
    '-a ResolvedRefs=False/InvalidCertificateRef',
    '-b Accepted=True/Accepted',
    '-b Programmed=True/Programmed',
    '+Programmed=False/Invalid',
    '+a Accepted=False/UnsupportedProtocol',
    '+a ResolvedRefs=True/ResolvedRefs',
    '+b Accepted=False/UnsupportedProtocol',
    '+b Programmed=False/Invalid',
  ],
  'Gateway/conflict-proto': [
    `${owned}; ${unserved}`,
    '-Accepted=True/ListenersNotValid',
    '-Programmed=True/Programmed',
    '-a Accepted=True/Accepted',
    '-a Conflicted=False/NoConflicts',
    '-a Programmed=True/Programmed',
    '-b Accepted=True/Accepted',
    '-b ResolvedRefs=False/InvalidCertificateRef',
    '+Accepted=False/ListenersNotValid',
    '+Programmed=False/Invalid',
    '+a Accepted=False/HostnameConflict',
    '+a Conflicted=True/HostnameConflict',
    '+a Programmed=False/Invalid',
    '+b Accepted=False/UnsupportedProtocol',
    '+b ResolvedRefs=True/ResolvedRefs',
  ],
  'Gateway/same-port-as-route': [
    owned,
    '-Accepted=True/Accepted',
    '-Programmed=True/Programmed',
    '-a Accepted=True/Accepted',
    '-a Conflicted=False/NoConflicts',
    '-a Programmed=True/Programmed',
    '+Accepted=False/ListenersNotValid',
    '+Programmed=False/Invalid',
    '+a Accepted=False/HostnameConflict',
    '+a Conflicted=True/HostnameConflict',
    '+a Programmed=False/Invalid',
  ],
  'Gateway/tls-missing-secret': [
    unserved,
    '-Accepted=True/ListenersNotValid',
    '-Programmed=True/Programmed',
    '-https Accepted=True/Accepted',
    '-https ResolvedRefs=False/InvalidCertificateRef',
    '+Accepted=False/ListenersNotValid',
    '+Programmed=False/Invalid',
    '+https Accepted=False/UnsupportedProtocol',
    '+https ResolvedRefs=True/ResolvedRefs',
  ],
  'AgentgatewayBackend/groups': [
    'a missing credential refuses the route, wherever it is missing',
    '-Accepted=True/Accepted',
    '+Accepted=False/TranslationError',
  ],
  'AgentgatewayPolicy/conflict-b': [
    'of two policies on one field the older is in force, and the younger one says so',
    '-agentgateway-route Accepted=True/Valid',
    '+agentgateway-route Accepted=True/PartiallyValid',
  ],
  'AgentgatewayPolicy/mixed-targets': [
    'its field, cors, is not enforced by this version',
    '-StatusSummary Accepted=True/Valid',
    '-agentgateway-route Accepted=True/Valid',
    '-agentgateway-route Attached=True/Attached',
    '+StatusSummary Accepted=True/PartiallyValid',
    '+agentgateway-route Accepted=True/PartiallyValid',
  ],
};

const nameOf = ({ kind, metadata }: KubeObject) => `${kind}/${metadata.name}`;
const bare = recorded.map(({ status: _, ...object }) => object as KubeObject);
const result = compileObjects([...bare, ...rateLimits]);
const ours = new Map(result.statuses.map(({ object, status }) => [nameOf(object), status]));

for (const object of recorded.filter(({ kind }) => kinds.includes(kind))) {
  const name = nameOf(object);
  // The API's default, from before any controller saw it.
  if (name === 'Gateway/other-class') continue;
  test(`conditions of ${name}`, () => {
    const theirs = conditionsIn(object['status']);
    const mine = conditionsIn(ours.get(name));
    const found = [
      ...theirs.filter((condition) => !mine.includes(condition)).map((condition) => `-${condition}`),
      ...mine.filter((condition) => !theirs.includes(condition)).map((condition) => `+${condition}`),
    ];
    assert.deepEqual(found.sort(), (differences[name] ?? ['']).slice(1).sort());
  });
}

test('a Gateway of another class is left as it is', () => {
  assert.equal(ours.has('Gateway/other-class'), false);
});

test('messages name what is wrong', () => {
  const cases: [string, RegExp][] = [
    ['Gateway/bad-params', /AgentgatewayParameters agentgateway-system\/nope not found/],
    ['Gateway/same-port-as-route', /port 8080 belongs to Gateway agentgateway-system\/agentgateway-route/],
    ['HTTPRoute/missing-backend', /Backend not found: agentgateway-system\/nope/],
    ['HTTPRoute/missing-service', /backend\(nope\.agentgateway-system\.svc\.cluster\.local\) not found/],
    ['HTTPRoute/bad-kind', /unsupported backendRef: group \\"example.com\\" kind \\"Widget\\"/],
    ['HTTPRoute/cross-ns-noref', /no ReferenceGrant of namespace ratelimit/],
    ['HTTPRoute/no-section', /sectionName \\"nope\\" not found/],
    ['AgentgatewayBackend/missing-secret', /secret agentgateway-system\/nope not found/],
    ['AgentgatewayBackend/secret-wrong-key', /no-auth-key missing Authorization value/],
    ['AgentgatewayPolicy/missing-secret', /secret agentgateway-system\/nope not found/],
    ['AgentgatewayPolicy/bad-json-secret', /empty in Secret.*is empty; joe in Secret.*is not valid JSON/],
    ['AgentgatewayPolicy/bad-cel', /authorization matchExpression is not a valid CEL expression/],
    ['AgentgatewayPolicy/bad-cel-cond', /condition CEL expression is not a valid CEL expression/],
    ['AgentgatewayPolicy/rl-missing-svc', /unable to find the Service ratelimit\/nope/],
    ['AgentgatewayPolicy/unknown-target', /Gateway agentgateway-system\/nope not found/],
    ['AgentgatewayPolicy/conflict-b', /localRateLimit.*older policy agentgateway-system\/conflict-a/],
  ];
  for (const [name, says] of cases) assert.match(JSON.stringify(ours.get(name)), says, name);
});

test('the order of the objects changes nothing', () => {
  const turned = compileObjects([...rateLimits, ...bare].reverse());
  assert.deepEqual(turned.snapshot, result.snapshot);
});

test('a Gateway without its parameters opens no port', () => {
  assert.ok(result.snapshot.binds.some(({ port }) => port === 8080));
  assert.ok(!result.snapshot.binds.some(({ port }) => port === 8088));
});
