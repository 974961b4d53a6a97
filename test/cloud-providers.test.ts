/** Bedrock, Vertex AI and Azure with Entra tokens through the real program, with clouds of our own that check each credential. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { stringify } from 'yaml';
import type { RequestRecord } from '../src/core/record.ts';
import { adminToken } from './support/ask-admin.ts';
import { type ClusterClient, clusterClient } from './support/cluster-client.ts';
import { awsEvent, awsException, invokeChunk } from './support/event-stream.ts';
import { eventually } from './support/eventually.ts';
import { awsKeys, type FakeClouds, send, sendEvents, startFakeClouds } from './support/fake-clouds.ts';
import { type Gateway, removeDirectory, startGateway, temporaryDirectory } from './support/gateway.ts';
import { converseStream, read } from './support/translation-pairs.ts';

const namespace = 'clouds';
const nova = 'eu.amazon.nova-2-lite-v1:0';
const claude = 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0';
const aws = { auth: { aws: { secretRef: { name: 'aws-keys' } } } };
const routes = {
  '/v1/messages': 'Messages',
  '/v1/messages/count_tokens': 'AnthropicTokenCount',
  '/v1/responses': 'Responses',
  '/v1/embeddings': 'Embeddings',
  ':generateContent': 'GenerateContent',
  ':streamGenerateContent': 'GenerateContent',
  ':countTokens': 'GeminiCountTokens',
  '/v1/chat/completions': 'Completions',
};
const backends: Record<string, { provider: object; policies?: { auth?: object; ai?: object } }> = {
  nova: { provider: { bedrock: { region: 'eu-central-1', model: nova } }, policies: aws },
  claude: {
    provider: {
      bedrock: { region: 'eu-central-1', model: claude, guardrail: { identifier: 'gr-1', version: '2' } },
    },
    policies: aws,
  },
  'bedrock-key': {
    provider: { bedrock: { region: 'eu-central-1' } },
    policies: { auth: { secretRef: { name: 'bedrock-key' } } },
  },
  gemini: { provider: { vertexai: { projectId: 'p-1', model: 'gemini-3-pro-preview' } } },
  'vertex-claude': {
    provider: { vertexai: { projectId: 'p-1', region: 'europe-west1', model: 'claude-sonnet-4-5@20250929' } },
    policies: { auth: { gcp: {} } },
  },
  grok: { provider: { vertexai: { projectId: 'p-1', region: 'us-central1', model: 'xai/grok-4.3' } } },
  azure: {
    provider: { azureopenai: { endpoint: 'r.openai.azure.com', deploymentName: 'gpt-5' } },
    policies: { auth: { azure: { managedIdentity: {} } } },
  },
  guarded: {
    provider: { bedrock: { region: 'eu-central-1', model: nova } },
    policies: {
      ...aws,
      ai: {
        routes,
        promptGuard: {
          request: [
            {
              bedrockGuardrails: {
                identifier: 'gr1',
                version: '1',
                region: 'eu-central-1',
                policies: { auth: aws.auth },
              },
              response: { message: 'not here', statusCode: 422 },
            },
            { googleModelArmor: { projectId: 'p-1', templateId: 't-1' } },
          ],
          response: [{ googleModelArmor: { projectId: 'p-1', templateId: 't-1' } }],
        },
      },
    },
  },
  through: {
    provider: { bedrock: { region: 'eu-central-1' } },
    policies: { ...aws, ai: { routes: { '*': 'Passthrough' } } },
  },
  'no-aws': {
    provider: { bedrock: { region: 'eu-central-1', model: nova } },
    policies: { auth: { aws: {} } },
  },
};

function manifests(): object[] {
  const metadata = (name: string) => ({ name, namespace });
  const secret = (name: string, stringData: object) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: metadata(name),
    stringData,
  });
  const gateway = {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: metadata('gateway'),
    spec: {
      gatewayClassName: 'agentgateway',
      listeners: [{ name: 'http', protocol: 'HTTP', port: 8080 }],
    },
  };
  const all = Object.entries(backends).flatMap(([name, { provider, policies = {} }]) => [
    {
      apiVersion: 'agentgateway.dev/v1alpha1',
      kind: 'AgentgatewayBackend',
      metadata: metadata(name),
      spec: { ai: { provider }, policies: { ai: { routes }, ...policies } },
    },
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: metadata(name),
      spec: {
        parentRefs: [{ name: 'gateway' }],
        rules: [
          {
            matches: [{ path: { type: 'PathPrefix', value: `/${name}` } }],
            filters: [
              {
                type: 'URLRewrite',
                urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/' } },
              },
            ],
            backendRefs: [{ group: 'agentgateway.dev', kind: 'AgentgatewayBackend', name }],
          },
        ],
      },
    },
  ]);
  return [
    secret('aws-keys', awsKeys),
    secret('bedrock-key', { Authorization: 'Bearer bedrock-api-key' }),
    gateway,
    ...all,
  ];
}

/** Each dialect's smallest call, plain and streamed, and what is in every answer. */
const dialects: Record<string, (stream: boolean) => { path: string; body: object }> = {
  completions: (stream) => ({
    path: '/v1/chat/completions',
    body: { messages: [{ role: 'user', content: 'Say hello' }], stream },
  }),
  messages: (stream) => ({
    path: '/v1/messages',
    body: { messages: [{ role: 'user', content: 'Say hello' }], max_tokens: 200, stream },
  }),
  responses: (stream) => ({ path: '/v1/responses', body: { input: 'Say hello', stream } }),
  gemini: (stream) => ({
    path: `/v1beta/models/any:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    body: { contents: [{ role: 'user', parts: [{ text: 'Say hello' }] }] },
  }),
};

describe('the clouds', () => {
  const scratch = temporaryDirectory();
  let clouds: FakeClouds;
  let gateway: Gateway;
  let cluster: ClusterClient;

  before(async () => {
    clouds = await startFakeClouds();
    clouds.tokenSeconds = 0;
    const providers = ['bedrock', 'vertexai', 'azureopenai', 'modelarmor'];
    gateway = await startGateway({
      args: providers.flatMap((name) => ['--provider-url', `${name}=${clouds.url}`]),
      env: {
        HOME: scratch,
        AWS_EC2_METADATA_DISABLED: 'true',
        GCE_METADATA_HOST: clouds.url.replace('http://', ''),
        METADATA_SERVER_DETECTION: 'assume-present',
        IDENTITY_ENDPOINT: `${clouds.url}/msi/token`,
        IDENTITY_HEADER: 'machine-secret',
      },
    });
    cluster = await clusterClient(gateway.kubeconfig, scratch);
    await cluster.apply(
      manifests()
        .map((object) => stringify(object))
        .join('---\n'),
    );
    await eventually(async () => {
      for (const name of Object.keys(backends)) {
        const { status } = (await cluster.get('agentgatewaybackend', namespace, name)) as unknown as {
          status?: { conditions: { status: string; message: string }[] };
        };
        assert.equal(status?.conditions[0]?.status, 'True', `${name}: ${status?.conditions[0]?.message}`);
      }
      assert.equal((await fetch(`http://${gateway.address}:8080/nova/`)).status, 400);
    }, 10_000);
  });
  after(async () => {
    await gateway?.stop();
    clouds?.close();
    if (gateway) removeDirectory(gateway.dataDir);
    removeDirectory(scratch);
  });

  async function ask(backend: string, path: string, body: object, headers: Record<string, string> = {}) {
    const answer = await fetch(`http://${gateway.address}:8080/${backend}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  }
  const say = (backend: string, dialect: string, stream: boolean) => {
    const { path, body } = dialects[dialect]!(stream);
    return ask(backend, path, body);
  };
  async function lastCall(): Promise<RequestRecord> {
    const token = adminToken(gateway);
    const answer = await fetch(`http://${gateway.address}:15000/api/v1/calls?limit=1`, {
      headers: { authorization: `Bearer ${token}` },
    });
    return ((await answer.json()) as { items: RequestRecord[] }).items[0]!;
  }

  test('while Google gives no token calls are refused, and nothing is sent; when it does, they go on', async () => {
    const refused = await say('gemini', 'completions', false);
    assert.equal(refused.status, 503);
    assert.match(refused.text, /the credential for the provider is not available/);
    assert.deepEqual([clouds.seen, clouds.refused], [[], []]);
    clouds.tokenSeconds = 3_600;
    await eventually(
      async () => assert.equal((await say('gemini', 'completions', false)).status, 200),
      30_000,
    );
  });

  test('every dialect reaches every model of a cloud, plain and streamed, with a credential that is right', async () => {
    for (const backend of ['nova', 'claude', 'gemini', 'vertex-claude', 'grok']) {
      for (const dialect of Object.keys(dialects)) {
        for (const stream of [false, true]) {
          const answer = await say(backend, dialect, stream);
          const call = `${dialect} → ${backend}, ${stream ? 'streamed' : 'plain'}: ${answer.text}`;
          assert.equal(answer.status, 200, call);
          assert.match(answer.text, /Hel[\s\S]*lo é漢/, call);
          assert.match(answer.text, /Oslo/, call);
          assert.equal(
            answer.headers.get('content-type')?.startsWith(stream ? 'text/event-stream' : 'application/json'),
            true,
            call,
          );
        }
      }
    }
    assert.deepEqual(clouds.refused, []);
  });

  test('where each call goes, and what is in its body', async () => {
    const calls: [backend: string, dialect: string, stream: boolean, path: string][] = [
      ['nova', 'messages', false, '/model/eu.amazon.nova-2-lite-v1%3A0/converse'],
      ['claude', 'messages', false, `/model/${encodeURIComponent(claude)}/invoke`],
      ['claude', 'messages', true, `/model/${encodeURIComponent(claude)}/invoke-with-response-stream`],
      ['claude', 'completions', true, `/model/${encodeURIComponent(claude)}/converse-stream`],
      [
        'gemini',
        'completions',
        false,
        '/v1/projects/p-1/locations/global/publishers/google/models/gemini-3-pro-preview:generateContent',
      ],
      [
        'vertex-claude',
        'messages',
        true,
        '/v1/projects/p-1/locations/europe-west1/publishers/anthropic/models/claude-sonnet-4-5%4020250929:streamRawPredict',
      ],
      [
        'grok',
        'messages',
        false,
        '/v1/projects/p-1/locations/us-central1/endpoints/openapi/chat/completions',
      ],
    ];
    for (const [backend, dialect, stream, path] of calls) {
      await say(backend, dialect, stream);
      const { path: called, body } = clouds.seen.at(-1)!;
      assert.equal(called, path);
      assert.equal(body['model'], backend === 'grok' ? 'xai/grok-4.3' : undefined, called);
      const version = called.includes('/model/') ? 'bedrock-2023-05-31' : 'vertex-2023-10-16';
      if (/invoke|awPredict/.test(called)) assert.equal(body['anthropic_version'], version);
      assert.equal(body['stream'], called.endsWith('streamRawPredict') ? true : undefined, called);
    }
  });

  test('the guardrail of the backend is in force for both APIs of Bedrock', async () => {
    await say('claude', 'messages', false);
    assert.equal(clouds.seen.at(-1)!.headers['x-amzn-bedrock-guardrailidentifier'], 'gr-1');
    assert.equal(clouds.seen.at(-1)!.headers['x-amzn-bedrock-guardrailversion'], '2');
    await say('claude', 'completions', false);
    assert.deepEqual(clouds.seen.at(-1)!.body['guardrailConfig'], {
      guardrailIdentifier: 'gr-1',
      guardrailVersion: '2',
    });
  });

  test("Anthropic's betas are in the body at Bedrock, in the header at Vertex AI", async () => {
    const known = 'context-1m-2025-08-07,interleaved-thinking-2025-05-14';
    const betas = { 'anthropic-beta': `oauth-2025-04-20,${known}` };
    const { path, body } = dialects['messages']!(false);
    const { headers } = await ask('claude', path, { ...body, metadata: { user_id: 'u' } }, betas);
    assert.equal(headers.get('x-tollgate-dropped'), 'metadata, anthropic-beta oauth-2025-04-20');
    assert.equal(clouds.seen.at(-1)!.body['metadata'], undefined);
    assert.deepEqual(clouds.seen.at(-1)!.body['anthropic_beta'], [
      'context-1m-2025-08-07',
      'interleaved-thinking-2025-05-14',
    ]);
    await ask('vertex-claude', path, body, betas);
    assert.equal(clouds.seen.at(-1)!.headers['anthropic-beta'], known);
    assert.equal(clouds.seen.at(-1)!.body['anthropic_beta'], undefined);
  });

  test('tokens are counted where the cloud counts them, and cost nothing', async () => {
    const messages = [{ role: 'user', content: 'Say hello' }];
    const counted = await ask('vertex-claude', '/v1/messages/count_tokens', { messages });
    assert.deepEqual(JSON.parse(counted.text), { input_tokens: 17 });
    assert.equal(clouds.seen.at(-1)!.body['model'], 'claude-sonnet-4-5@20250929');
    const { body } = dialects['gemini']!(false);
    const google = await ask('gemini', '/v1beta/models/any:countTokens', body);
    assert.deepEqual(JSON.parse(google.text), { totalTokens: 18 });
    const translated = await ask('gemini', '/v1/messages/count_tokens', { messages });
    assert.deepEqual(JSON.parse(translated.text), { input_tokens: 18 });
    assert.deepEqual(clouds.seen.at(-1)!.body['contents'], [
      { role: 'user', parts: [{ text: 'Say hello' }] },
    ]);
    const turned = await ask('vertex-claude', '/v1beta/models/any:countTokens', body);
    assert.deepEqual(JSON.parse(turned.text), { totalTokens: 17 });
    assert.equal(clouds.seen.at(-1)!.body['model'], 'claude-sonnet-4-5@20250929');
    for (const [path, asked, answer] of [
      ['/v1/messages/count_tokens', { messages, system: 'Be brief.' }, { input_tokens: 19 }],
      ['/v1beta/models/any:countTokens', body, { totalTokens: 19 }],
    ] as const) {
      assert.deepEqual(JSON.parse((await ask('claude', path, asked)).text), answer);
      const { path: called, body: sent } = clouds.seen.at(-1)!;
      assert.equal(called, '/model/anthropic.claude-sonnet-4-5-20250929-v1%3A0/count-tokens');
      const converse = { messages: [{ role: 'user', content: [{ text: 'Say hello' }] }] };
      const system = path.endsWith('count_tokens') ? { system: [{ text: 'Be brief.' }] } : {};
      assert.deepEqual(sent, { input: { converse: { ...converse, ...system } } });
    }
    await eventually(async () => assert.equal((await lastCall()).llm?.usage?.inputTokens, 0));
  });

  test('usage and cost are in the ledger as the cloud told them: cached tokens are part of the input', async () => {
    for (const stream of [false, true]) {
      await say('claude', 'completions', stream);
      await eventually(async () => {
        const { llm } = await lastCall();
        assert.equal(llm?.provider, 'bedrock');
        assert.equal(llm.requestModel, claude);
        assert.equal(llm.streaming, stream);
        assert.deepEqual(llm.usage, {
          inputTokens: 60,
          cachedInputTokens: 20,
          cacheWriteTokens: 30,
          cacheWrite1hTokens: 20,
          outputTokens: 80,
          reasoningTokens: 0,
          estimated: false,
        });
        assert.ok(llm.costNano! > 0);
      });
    }
  });

  test("an API key of Bedrock, the client's model, and Entra's token at Azure", async () => {
    const body = { model: 'amazon.nova-pro-v1:0', messages: [{ role: 'user', content: 'x' }] };
    assert.equal((await ask('bedrock-key', '/v1/chat/completions', body)).status, 200);
    assert.equal(clouds.seen.at(-1)!.path, '/model/amazon.nova-pro-v1%3A0/converse');
    assert.equal((await say('azure', 'completions', false)).status, 200);
    assert.equal(clouds.seen.at(-1)!.path, '/openai/v1/chat/completions');
    assert.equal(clouds.seen.at(-1)!.headers['api-key'], undefined);
  });

  test('embeddings: translated, and charged as told', async () => {
    const model = 'amazon.titan-embed-text-v2:0';
    const answer = await ask('bedrock-key', '/v1/embeddings', { model, input: 'Say hello' });
    assert.deepEqual(JSON.parse(answer.text).data, [
      { object: 'embedding', index: 0, embedding: [0.5, -0.25] },
    ]);
    await eventually(async () => {
      const { llm } = await lastCall();
      assert.deepEqual(
        [llm?.operation, llm?.requestModel, llm?.usage?.inputTokens, llm?.usage?.estimated],
        ['embeddings', model, 7, false],
      );
      assert.ok(llm!.costNano! > 0);
    });
  });

  test('guards that a cloud runs: signed, masking, blocking, before and after the model', async () => {
    const say = (content: string, stream = false) =>
      ask('guarded', '/v1/chat/completions', {
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content },
        ],
        stream,
      });
    const asked = () => clouds.seen.splice(0).map(({ path }) => path.replace(/^.*\//, ''));
    asked();
    for (const stream of [false, true]) {
      const passed = await say('Say hello', stream);
      assert.equal(passed.status, 200, passed.text);
      assert.match(passed.text, /Hel[\s\S]*lo é漢/);
      const model = stream ? 'converse-stream' : 'converse';
      assert.deepEqual(asked(), ['apply', 't-1:sanitizeUserPrompt', model, 't-1:sanitizeModelResponse']);
    }
    assert.equal((await say('I am jane@example.com')).status, 200);
    const { body } = clouds.seen.find(({ path }) => path.endsWith('/converse'))!;
    assert.deepEqual(body['messages'], [{ role: 'user', content: [{ text: 'I am {EMAIL}' }] }]);
    assert.deepEqual(body['system'], [{ text: 'Be brief.' }]);
    asked();
    const blocked = await say('the bluebird');
    assert.equal(blocked.status, 422);
    assert.equal(JSON.parse(blocked.text).error.message, 'not here');
    assert.deepEqual(asked(), ['apply']);
    assert.equal((await say('a jailbreak')).status, 403);
    assert.deepEqual(asked(), ['apply', 't-1:sanitizeUserPrompt']);
    clouds.next = (outgoing) => send(outgoing, 500, '{}');
    const failed = await say('Say hello');
    assert.deepEqual([failed.status, JSON.parse(failed.text).error.code], [503, 'guard_unavailable']);
    assert.deepEqual(asked(), ['apply']);
    assert.deepEqual(clouds.refused, []);
  });

  test("Bedrock's own API passes through: the same bytes, signed anew, and charged", async () => {
    const messages = [{ role: 'user', content: [{ text: 'Say hello' }] }];
    const plain = await ask('through', `/model/${encodeURIComponent(nova)}/converse`, { messages });
    assert.equal(plain.status, 200, plain.text);
    assert.equal(plain.text, read('replies/bedrock-converse/plain.json'));
    const path = `/model/${encodeURIComponent(nova)}/converse-stream`;
    const streamed = await fetch(`http://${gateway.address}:8080/through${path}`, {
      method: 'POST',
      headers: { authorization: 'Bearer a-virtual-key', 'content-type': 'application/json' },
      body: JSON.stringify({ messages }),
    });
    assert.equal(streamed.headers.get('content-type'), 'application/vnd.amazon.eventstream');
    const sent = converseStream(read('replies/bedrock-converse/stream.jsonl'));
    assert.equal(Buffer.from(await streamed.arrayBuffer()).toString('latin1'), sent);
    assert.deepEqual(clouds.seen.at(-1)!.body, { messages });
    assert.doesNotMatch(String(clouds.seen.at(-1)!.headers['authorization']), /virtual/);
    await eventually(async () => {
      const { llm } = await lastCall();
      assert.deepEqual(
        [llm?.requestModel, llm?.streaming, llm?.usage?.inputTokens, llm?.usage?.outputTokens],
        [nova, true, 60, 80],
      );
      assert.ok(llm!.costNano! > 0);
    });
    assert.equal((await ask('through', '/guardrail/x/version/1/apply', {})).status, 501);
  });

  test('the SDKs of OpenAI and Anthropic, streaming through Bedrock', async () => {
    const base = `http://${gateway.address}:8080/claude`;
    const openai = new OpenAI({ apiKey: 'none', baseURL: `${base}/v1`, maxRetries: 0 });
    const chat = openai.chat.completions.stream({
      model: 'any',
      messages: [{ role: 'user', content: 'Say hello' }],
      stream_options: { include_usage: true },
    });
    const completion = await chat.finalChatCompletion();
    assert.equal(completion.choices[0]?.message.content, 'Hello é漢');
    assert.equal(completion.choices[0]?.message.tool_calls?.length, 2);
    assert.equal(completion.usage?.prompt_tokens, 60);
    const anthropic = new Anthropic({ apiKey: 'none', baseURL: base, maxRetries: 0 });
    const message = await anthropic.messages
      .stream({ model: 'any', max_tokens: 200, messages: [{ role: 'user', content: 'Say hello' }] })
      .finalMessage();
    assert.equal(message.content.find((block) => block.type === 'text')?.text, 'Hello é漢');
    assert.equal(message.stop_reason, 'tool_use');
  });

  const begun = [
    awsEvent('messageStart', { role: 'assistant' }),
    awsEvent('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'Half an ' } }),
  ];
  const usage = { input_tokens: 10, output_tokens: 1 };
  const begunNative = [
    invokeChunk({ type: 'message_start', message: { id: 'm', model: 'c', usage } }),
    invokeChunk({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Half an ' } }),
  ];
  const dialectError: Record<string, RegExp> = {
    completions: /^data: \{"error":\{"message":"too fast","type":"rate_limit_error"/m,
    messages:
      /^event: error\ndata: \{"type":"error","error":\{"type":"rate_limit_error","message":"too fast"/m,
    responses: /"too fast"/,
    gemini: /"message":"too fast","status":"RESOURCE_EXHAUSTED"/,
  };

  test("an exception inside a stream is told in the client's dialect, and what was delivered is charged", async () => {
    for (const dialect of Object.keys(dialects)) {
      clouds.next = (outgoing) =>
        sendEvents(outgoing, [
          ...(dialect === 'messages' ? begunNative : begun),
          awsException('throttlingException', 'too fast'),
        ]);
      const { status, text } = await say('claude', dialect, true);
      assert.equal(status, 200);
      assert.match(text, /Half an /, dialect);
      assert.match(text, dialectError[dialect]!);
      assert.doesNotMatch(text, /\[DONE\]|message_stop|response\.completed/);
      await eventually(async () => assert.equal((await lastCall()).llm?.usage?.estimated, true));
    }
    clouds.next = (outgoing) =>
      sendEvents(outgoing, [...begun, awsException('modelStreamErrorException', 'the model broke')]);
    assert.match((await say('nova', 'messages', true)).text, /"api_error","message":"the model broke"/);
  });

  test('a stream that is cut inside an event, damaged, or ended too early is no whole answer', async () => {
    const next = awsEvent('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'answer' } });
    const damaged = Buffer.from(next);
    damaged[damaged.length - 6]! ^= 1;
    const endings: Record<string, (outgoing: Parameters<typeof send>[0]) => void> = {
      cut: (outgoing) => sendEvents(outgoing, begun, next.subarray(0, next.length - 9)),
      damaged: (outgoing) => sendEvents(outgoing, [...begun, damaged]),
      'ended too early': (outgoing) => sendEvents(outgoing, begun),
      'ended inside an event': (outgoing) => sendEvents(outgoing, [...begun, next.subarray(0, 20)]),
    };
    for (const [name, ending] of Object.entries(endings)) {
      for (const dialect of ['completions', 'messages']) {
        clouds.next = ending;
        const { text } = await say('nova', dialect, true);
        // Where nothing of the answer has gone out, what is damaged is an error like any other.
        const message =
          {
            cut: /was cut inside the answer/,
            damaged: /is damaged|before it was/,
          }[name] ?? /ended the stream before it was/;
        assert.match(text, message, name);
        if (name !== 'damaged') assert.match(text, /Half an /, name);
        assert.doesNotMatch(text, /\[DONE\]|message_stop/, name);
      }
    }
  });

  test("an error of Bedrock keeps its status and is told in the client's dialect", async () => {
    const body = JSON.stringify({ message: 'The model is overloaded' });
    for (const [status, kind] of [
      [429, 'rate_limit_error'],
      [424, 'api_error'],
      [503, 'overloaded_error'],
      [400, 'invalid_request_error'],
    ] as const) {
      for (const backend of ['nova', 'claude']) {
        clouds.next = (outgoing) => send(outgoing, status, body);
        const answer = await say(backend, 'messages', false);
        assert.equal(answer.status, status);
        assert.equal(answer.headers.get('x-amzn-requestid'), 'aws-request-1');
        assert.deepEqual(JSON.parse(answer.text), {
          type: 'error',
          error: { type: kind, message: 'The model is overloaded' },
        });
      }
    }
  });

  test('without credentials a call is refused, and nothing is sent', async () => {
    const before = clouds.seen.length + clouds.refused.length;
    const answer = await say('no-aws', 'completions', false);
    assert.equal(answer.status, 503);
    assert.match(answer.text, /the credential for the provider is not available/);
    assert.doesNotMatch(answer.text, /Could not load/);
    assert.equal(clouds.seen.length + clouds.refused.length, before);
    await eventually(async () => assert.match((await lastCall()).error ?? '', /Could not load credentials/));
  });

  test('Google was asked for a token once, not once a call', () => {
    assert.ok(clouds.tokensGiven >= 1 && clouds.tokensGiven <= 3, String(clouds.tokensGiven));
  });
});
