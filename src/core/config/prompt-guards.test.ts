import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileRegex } from '../../linear-regex.ts';
import type { PromptGuard } from '../guard/model.ts';
import type { Condition, KubeObject } from '../resources/object.ts';
import { compileObjects } from './compile.fixture.ts';
import type { AiBackend } from './snapshot.ts';

const namespace = 'ns';

function object(apiVersion: string, kind: string, name: string, spec: object, rest: object = {}): KubeObject {
  return {
    apiVersion,
    kind,
    metadata: { name, namespace, creationTimestamp: '2026-01-01T00:00:00Z' },
    spec,
    ...rest,
  };
}

const gatewayApi = 'gateway.networking.k8s.io/v1';
const agentgateway = 'agentgateway.dev/v1alpha1';
const toModel = [{ name: 'model', group: 'agentgateway.dev', kind: 'AgentgatewayBackend' }];
const basis = [
  object(gatewayApi, 'Gateway', 'gateway', {
    gatewayClassName: 'agentgateway',
    listeners: [{ name: 'http', port: 8080, protocol: 'HTTP' }],
  }),
  object(gatewayApi, 'HTTPRoute', 'route', {
    parentRefs: [{ name: 'gateway' }],
    rules: [{ backendRefs: toModel }],
  }),
];
const backend = (policies?: object, name = 'model') =>
  object(agentgateway, 'AgentgatewayBackend', name, { ai: { provider: { openai: {} } }, policies });
const policy = (kind: string, name: string, promptGuard: object) =>
  object(agentgateway, 'AgentgatewayPolicy', 'guard', {
    targetRefs: [{ group: '', kind, name }],
    backend: { ai: { promptGuard } },
  });

function compiled(...objects: KubeObject[]) {
  const all = [...basis, ...objects];
  const result = compileObjects(all, { compileRegex });
  const rule = result.snapshot.binds[0]!.listeners[0]!.routes[0]!.rules[0]!;
  const target = (result.snapshot.backends['ns/model'] as AiBackend).groups[0]![0];
  const messages = result.statuses.flatMap(({ status }) => {
    const { ancestors = [], conditions = [] } = status as {
      ancestors?: { conditions: Condition[] }[];
      conditions?: Condition[];
    };
    return [...conditions, ...ancestors.flatMap((a) => a.conditions)].map(({ message }) => message);
  });
  return { rule, target, backend: result.snapshot.backends['ns/model']!, messages: messages.join('\n') };
}

const email = { regex: { builtins: ['Email'] } };
const emailGuard = (source: string): PromptGuard => ({
  source,
  request: [
    {
      check: { type: 'regex', action: 'Mask', builtins: ['Email'], matches: [] },
      scope: ['SystemPrompt', 'Messages'],
      rejection: { statusCode: 403, message: 'The request was rejected due to inappropriate content' },
    },
  ],
  response: [],
});

test('on a backend, on a policy for it, and on policies for Gateways and routes: the API’s defaults', () => {
  const promptGuard = { request: [email] };
  assert.deepEqual(compiled(backend({ ai: { promptGuard } })).target!.guard, emailGuard('ns/model'));
  const attached = compiled(backend(), policy('AgentgatewayBackend', 'model', promptGuard));
  assert.deepEqual(attached.target!.guard, emailGuard('ns/model'));
  for (const [kind, name] of [
    ['Gateway', 'gateway'],
    ['HTTPRoute', 'route'],
  ] as const) {
    const { rule, target, messages } = compiled(backend(), policy(kind, name, promptGuard));
    assert.deepEqual(rule.traffic.promptGuard, emailGuard('ns/guard'));
    assert.equal(target!.guard, undefined);
    assert.match(messages, /Policy accepted/);
  }
});

test('what does not compile or is not served refuses what it guards, and says so', () => {
  const bad: [object, RegExp][] = [
    [{ regex: { matches: ['(?=x)'] } }, /request\[0\]: "\(\?=x\)" is not a valid regular expression/],
    [
      { bedrockGuardrails: { identifier: 'x', region: 'r', version: '1', policies: { tls: {} } } },
      /bedrockGuardrails\.policies\.tls is not served/,
    ],
    [
      {
        googleModelArmor: {
          projectId: 'p',
          templateId: 't',
          policies: { auth: { gcp: { secretRef: { name: 'none' } } } },
        },
      },
      /googleModelArmor: secret ns\/none not found/,
    ],
    [{ openAIModeration: {} }, /openAIModeration needs a key/],
    [{ openAIModeration: { policies: { auth: { key: 'k' }, tls: {} } } }, /policies\.tls is not served/],
    [
      { webhook: { backendRef: { name: 'w', port: 80 }, headers: { x: '1 +' } } },
      /header x is not a valid CEL/,
    ],
    [{ webhook: { backendRef: { name: 'w', port: 80, namespace: 'other' } } }, /no ReferenceGrant/],
    [{ webhook: { backendRef: { name: 'w', kind: 'Thing' } } }, /kind Thing is not served/],
  ];
  for (const [guard, wanted] of bad) {
    const onGateway = compiled(backend(), policy('Gateway', 'gateway', { request: [guard] }));
    assert.match(onGateway.messages, wanted);
    assert.match(onGateway.rule.traffic.broken[0]!.message, wanted);
    assert.match(compiled(backend({ ai: { promptGuard: { request: [guard] } } })).backend.refusal!, wanted);
  }
});

test('a webhook: its endpoints, or none to be asked; moderation with its key', () => {
  const guard = {
    webhook: {
      backendRef: { name: 'hook', port: 80 },
      failureMode: 'FailOpen',
      headers: { ':path': "'/x'" },
      forwardHeaderMatches: [{ name: 'x-team', value: 'blue' }],
    },
    response: { statusCode: 400, message: 'no' },
  };
  const service = object('v1', 'Service', 'hook', {
    type: 'ExternalName',
    externalName: 'hook.test',
    ports: [{ port: 80 }],
  });
  const moderation = { openAIModeration: { policies: { auth: { key: 'sk-m' } } } };
  const spec = policy('Gateway', 'gateway', { request: [guard, moderation], response: [guard] });
  const { request, response } = compiled(backend(), service, spec).rule.traffic.promptGuard!;
  const check = {
    type: 'webhook',
    origins: ['http://hook.test:80'],
    headers: { ':path': "'/x'" },
    forward: [{ type: 'Exact', name: 'x-team', value: 'blue' }],
    failOpen: true,
  };
  assert.deepEqual(request[0]!.check, check);
  assert.deepEqual(response[0]!.rejection, { statusCode: 400, message: 'no' });
  assert.deepEqual(request[1]!.check, {
    type: 'moderation',
    url: 'https://api.openai.com/v1/moderations',
    model: 'omni-moderation-latest',
    credential: { type: 'key', value: 'sk-m', location: undefined },
  });
  const lost = compiled(backend(), spec).rule.traffic.promptGuard!;
  assert.deepEqual(lost.request[0]!.check, { ...check, origins: [] });
});

test('a backend that is no model provider can not be guarded, and is not taken for guarded', () => {
  const web = (policies?: object) =>
    object(agentgateway, 'AgentgatewayBackend', 'model', {
      static: { host: '127.0.0.1', port: 1 },
      policies,
    });
  const promptGuard = { request: [email] };
  const refused = [
    [web({ ai: { promptGuard } })],
    [web(), policy('AgentgatewayBackend', 'model', promptGuard)],
  ];
  for (const objects of refused) {
    const all = [...basis, ...objects];
    const { snapshot } = compileObjects(all, { compileRegex });
    assert.match(snapshot.backends['ns/model']!.refusal!, /no model provider/);
  }
});

test('guards of clouds: where they are, and the credential that they are asked with', () => {
  const bedrockGuardrails = { identifier: 'gr-1', region: 'eu-central-1', version: 'DRAFT' };
  const googleModelArmor = { projectId: 'p', templateId: 't', location: 'europe-west4' };
  const promptGuard = {
    request: [{ bedrockGuardrails, scope: ['ToolOutput'] }],
    response: [
      { googleModelArmor },
      { bedrockGuardrails: { ...bedrockGuardrails, policies: { auth: { key: 'k' } } } },
    ],
  };
  const { request, response } = compiled(backend({ ai: { promptGuard } })).target!.guard!;
  const guardrail = {
    type: 'bedrockGuardrail',
    origin: 'https://bedrock-runtime.eu-central-1.amazonaws.com',
    identifier: 'gr-1',
    version: 'DRAFT',
  };
  assert.deepEqual(request[0]!.check, {
    ...guardrail,
    credential: { type: 'aws', region: 'eu-central-1', service: 'bedrock' },
  });
  assert.deepEqual(request[0]!.scope, ['ToolOutput']);
  assert.deepEqual(response[0]!.check, {
    type: 'modelArmor',
    origin: 'https://modelarmor.europe-west4.rep.googleapis.com',
    template: 'projects/p/locations/europe-west4/templates/t',
    credential: { type: 'gcp' },
  });
  assert.deepEqual(response[1]!.check, {
    ...guardrail,
    credential: { type: 'key', value: 'k', location: undefined },
  });
});
