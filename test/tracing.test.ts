/** Traces and logs of the real gateway, as a collector gets them. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { after, before, suite, type TestContext, test } from 'node:test';
import { clusterClient } from './support/cluster-client.ts';
import { eventually } from './support/eventually.ts';
import { applyFailoverRoute } from './support/failover-route.ts';
import { type Gateway, removeDirectory, root, startGateway } from './support/gateway.ts';
import { type OtlpReceiver, startOtlpReceiver } from './support/otlp-receiver.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const clientSpan = '00f067aa0ba902b7';
const secretQuestion = 'what-nobody-else-may-read';
const secretAnswer = 'what-only-the-caller-may-read';

interface Provider {
  url: string;
  seen: IncomingHttpHeaders[];
  status: number;
  server: Server;
}

/** Answers as Anthropic does, and remembers what it was told. */
async function startProvider(): Promise<Provider> {
  const provider: Provider = { url: '', seen: [], status: 200, server: createServer() };
  provider.server.on('request', async (request, response) => {
    for await (const _ of request);
    provider.seen.push(request.headers);
    const message = {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'claude-sonnet-5',
      content: [{ type: 'text', text: secretAnswer }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: { input_tokens: 11, output_tokens: 22 },
    };
    const failure = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };
    response
      .writeHead(provider.status, { 'content-type': 'application/json' })
      .end(JSON.stringify(provider.status === 200 ? message : failure));
  });
  provider.server.listen(0, '127.0.0.1');
  await once(provider.server, 'listening');
  provider.url = `http://127.0.0.1:${(provider.server.address() as AddressInfo).port}`;
  return provider;
}

const quick = { OTEL_BSP_SCHEDULE_DELAY: '20', OTEL_BLRP_SCHEDULE_DELAY: '20' };
const start = (provider: Provider, env: Record<string, string>) =>
  startGateway({ args: ['--demo', '--provider-url', `anthropic=${provider.url}`], env });

async function ask(
  gateway: Gateway,
  headers: Record<string, string> = {},
  key = 'sk-anna-key',
  path = '/anthropic',
) {
  const response = await fetch(`http://${gateway.address}:8080${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ max_tokens: 50, messages: [{ role: 'user', content: secretQuestion }] }),
  });
  await response.arrayBuffer();
  return response.status;
}

suite('traces and logs', () => {
  let provider: Provider;
  let collector: OtlpReceiver;
  let gateway: Gateway;

  before(async () => {
    provider = await startProvider();
    collector = await startOtlpReceiver();
    gateway = await start(provider, {
      ...quick,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=platform',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
      OTEL_SERVICE_NAME: 'llm-edge',
    });
  });
  after(async () => {
    await gateway.stop();
    removeDirectory(gateway.dataDir);
    await collector.stop();
    provider.server.closeAllConnections();
    provider.server.close();
  });

  test('a call is a span below its caller’s, the request upstream one below it', async () => {
    const headers = { traceparent: `00-${traceId}-${clientSpan}-01`, tracestate: 'vendor=1' };
    assert.equal(await ask(gateway, headers), 200);
    const of = (kind: number) =>
      collector.spans.find((span) => span.traceId === traceId && span.kind === kind);
    await eventually(() => assert.ok(of(2) !== undefined && of(3) !== undefined));
    const [call, attempt] = [of(2)!, of(3)!];
    assert.deepEqual([call.parentSpanId, attempt.parentSpanId], [clientSpan, call.spanId]);
    const told = provider.seen.at(-1)!;
    assert.equal(told['traceparent'], `00-${traceId}-${attempt.spanId}-01`);
    assert.equal(told['tracestate'], 'vendor=1');
    assert.equal(call.service, 'llm-edge');
    assert.equal(call.name, 'chat claude-sonnet-5');
    const wanted = {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'anthropic',
      'gen_ai.request.model': 'claude-sonnet-5',
      'gen_ai.response.model': 'claude-sonnet-5',
      'gen_ai.request.max_tokens': 50,
      'gen_ai.usage.input_tokens': 11,
      'gen_ai.usage.output_tokens': 22,
      'http.response.status_code': 200,
      'http.request.method': 'POST',
      'url.path': '/anthropic',
      'user.id': 'anna',
      'tollgate.key': 'Secret/agentgateway-system/anthropic-api-key/anna',
      'tollgate.route': 'agentgateway-system/claude',
    };
    for (const [name, value] of Object.entries(wanted)) assert.equal(call.attributes[name], value, name);
    assert.equal(attempt.attributes['server.port'], Number(new URL(provider.url).port));
    assert.ok(attempt.startMs >= call.startMs && attempt.durationMs <= call.durationMs + 1);
    assert.ok(Math.abs(call.startMs - Date.now()) < 60_000);
    assert.equal(call.status.code ?? 0, 0);
    assert.equal(collector.headers[0]!['x-tenant'], 'platform');
    assert.match(collector.text(), /deployment\.environment\.name/);
  });

  test('logs name their trace; nothing of prompt, answer or credential leaves', async () => {
    await eventually(() => assert.ok(collector.logs.some((log) => log.traceId === traceId)));
    const log = collector.logs.find((one) => one.traceId === traceId)!;
    const span = collector.spans.find((one) => one.traceId === traceId && one.kind === 2)!;
    assert.equal(log.spanId, span.spanId);
    assert.equal(log.severity, 'INFO');
    assert.equal(log.body, 'POST /anthropic 200');
    assert.equal(log.attributes['gen_ai.usage.output_tokens'], 22);
    const sent = collector.text();
    for (const secret of [secretQuestion, secretAnswer, 'sk-anna-key', 'sk-sample-provider'])
      assert.ok(!sent.includes(secret), secret);
    assert.match(gateway.output(), new RegExp(`trace\\.id=${traceId} span\\.id=${span.spanId}`));
  });

  test('a provider that fails is an error on both spans; a refused call has no request upstream', async () => {
    provider.status = 529;
    assert.equal(await ask(gateway), 529);
    provider.status = 200;
    assert.equal(await ask(gateway, {}, 'nobody'), 401);
    const failed = () =>
      collector.spans.filter(({ attributes }) => attributes['error.type'] === 'server_error');
    const refused = () =>
      collector.spans.filter(({ attributes }) => attributes['error.type'] === 'APIKeyAuth');
    await eventually(() => assert.deepEqual([failed().length, refused().length], [2, 1]));
    assert.deepEqual(
      failed().map(({ status }) => status.code),
      [2, 2],
    );
    const [alone] = refused();
    assert.equal(alone!.status.code ?? 0, 0);
    assert.equal(collector.spans.filter((span) => span.traceId === alone!.traceId).length, 1);
    await eventually(() => {
      const log = collector.logs.find((one) => one.traceId === alone!.traceId);
      assert.equal(log?.severity, 'WARN');
    });
  });

  test('a caller that does not sample is followed: no spans, and the upstream is told so', async () => {
    const unsampled = 'a'.repeat(32);
    assert.equal(await ask(gateway, { traceparent: `00-${unsampled}-${clientSpan}-00` }), 200);
    assert.match(
      provider.seen.at(-1)!['traceparent'] as string,
      new RegExp(`^00-${unsampled}-[0-9a-f]{16}-00$`),
    );
    await eventually(() => assert.ok(collector.logs.some((log) => log.traceId === unsampled)));
    assert.equal(collector.spans.filter((span) => span.traceId === unsampled).length, 0);
  });

  test('an invalid header begins a trace of its own', async () => {
    const before = provider.seen.length;
    assert.equal(await ask(gateway, { traceparent: `00-${traceId}-x-01`, tracestate: 'vendor=1' }), 200);
    const told = provider.seen[before]!;
    assert.match(told['traceparent'] as string, /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    assert.doesNotMatch(told['traceparent'] as string, new RegExp(traceId));
    assert.equal(told['tracestate'], undefined);
  });

  test('each attempt of a call is a span of its own, and each provider is told its own', async () => {
    const cluster = await clusterClient(gateway.kubeconfig, gateway.dataDir);
    const failing = await startProvider();
    failing.status = 529;
    const port = ({ url }: Provider) => Number(new URL(url).port);
    await applyFailoverRoute(cluster, gateway.address, 'failover', [
      { port: port(failing), model: 'claude-first' },
      { port: port(provider), model: 'claude-second' },
    ]);
    const own = 'b'.repeat(32);
    const headers = { traceparent: `00-${own}-${clientSpan}-01` };
    assert.equal(await ask(gateway, headers, 'sk-anna-key', '/failover'), 200);
    const of = (kind: number) => collector.spans.filter((span) => span.traceId === own && span.kind === kind);
    await eventually(() => assert.deepEqual([of(2).length, of(3).length], [1, 2]));
    const attempts = of(3).sort((a, b) => a.startMs - b.startMs || (a.name < b.name ? -1 : 1));
    assert.deepEqual(
      attempts.map(({ name, attributes, status }) => [
        name,
        attributes['http.response.status_code'],
        attributes['error.type'],
        status.code ?? 0,
      ]),
      [
        ['chat claude-first', 529, '529', 2],
        ['chat claude-second', 200, undefined, 0],
      ],
    );
    for (const [at, asked] of [failing, provider].entries())
      assert.equal(asked.seen.at(-1)!['traceparent'], `00-${own}-${attempts[at]!.spanId}-01`);
    failing.server.closeAllConnections();
    failing.server.close();
  });

  test('exemplars lead from the metrics to traces', async () => {
    const accept = { accept: 'application/openmetrics-text' };
    const url = `http://${gateway.address}:15020/metrics`;
    await eventually(async () => {
      const text = await (await fetch(url, { headers: accept })).text();
      const [, found] =
        /^gen_ai_server_request_duration_seconds_bucket.* # \{trace_id="(\w+)"\}/m.exec(text) ?? [];
      assert.ok(collector.spans.some((span) => span.traceId === found));
    });
  });
});

test("agentgateway's tracing policy: its collector, its shares, what it adds and leaves out", async (t) => {
  const [provider, own, theirs] = [
    await startProvider(),
    await startOtlpReceiver(),
    await startOtlpReceiver(),
  ];
  const gateway = await start(provider, { ...quick, OTEL_EXPORTER_OTLP_ENDPOINT: own.url });
  t.after(async () => {
    await gateway.stop();
    removeDirectory(gateway.dataDir);
    for (const collector of [own, theirs]) await collector.stop();
    provider.server.closeAllConnections();
    provider.server.close();
  });
  const cluster = await clusterClient(gateway.kubeconfig, gateway.dataDir);
  const tracing = {
    protocol: 'HTTP',
    url: theirs.url,
    randomSampling: 'request.headers["x-team"] == "platform"',
    filter: 'response.code == 200 && !("x-quiet" in request.headers)',
    attributes: {
      add: [
        { name: 'team', expression: 'request.headers["x-team"]' },
        { name: 'output', expression: 'llm.outputTokens' },
        { name: 'nothing', expression: 'request.headers["x-absent"]' },
      ],
      remove: ['client.address', 'client.port'],
    },
    resources: [{ name: 'service.namespace', expression: '"ai-" + "platform"' }],
  };
  const policy = {
    apiVersion: 'agentgateway.dev/v1alpha1',
    kind: 'AgentgatewayPolicy',
    metadata: { name: 'traced', namespace: 'agentgateway-system' },
    spec: {
      targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'agentgateway-route' }],
      frontend: { tracing },
    },
  };
  await cluster.apply(JSON.stringify(policy));
  await eventually(async () => {
    const { status } = (await cluster.get('AgentgatewayPolicy', 'agentgateway-system', 'traced')) as {
      status?: { ancestors?: { conditions: { reason: string }[] }[] };
    };
    assert.equal(status?.ancestors?.[0]?.conditions[0]?.reason, 'Valid');
  });
  const before = own.spans.length;
  const team = { 'x-team': 'platform' };
  assert.equal(await ask(gateway, { 'x-team': 'sales' }), 200);
  assert.equal(await ask(gateway, { ...team, 'x-quiet': '1' }), 200);
  assert.equal(await ask(gateway, team), 200);
  assert.equal(await ask(gateway, { traceparent: `00-${traceId}-${clientSpan}-01` }), 200);
  const calls = () => theirs.spans.filter(({ kind }) => kind === 2);
  await eventually(() => assert.equal(calls().length, 2));
  const [one, other] = calls().sort((a, b) => a.startMs - b.startMs);
  assert.deepEqual([one!.attributes['team'], one!.attributes['output']], ['platform', 22]);
  assert.equal('nothing' in one!.attributes || 'client.address' in one!.attributes, false);
  assert.equal(one!.parentSpanId, '');
  assert.deepEqual([other!.traceId, other!.parentSpanId], [traceId, clientSpan]);
  assert.match(theirs.text(), /service\.namespace[^}]*ai-platform/);
  // The environment's collector has the logs of all, and none of these spans.
  await eventually(() =>
    assert.equal(own.logs.filter(({ body }) => body === 'POST /anthropic 200').length, 4),
  );
  assert.equal(own.spans.length, before);
});

/** Connections are taken, and nothing is ever said. */
async function silentCollector(t: TestContext): Promise<string> {
  const server = createTcpServer((socket) => socket.on('error', () => {}).resume());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function closedPort(): Promise<string> {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

test('a collector that is away, or says nothing, costs a warning', async (t) => {
  const provider = await startProvider();
  t.after(() => {
    provider.server.closeAllConnections();
    provider.server.close();
  });
  for (const [endpoint, warns] of [
    [await closedPort(), true],
    [await silentCollector(t), false],
  ] as const) {
    const env = { ...quick, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_TIMEOUT: '500' };
    const gateway = await start(provider, env);
    for (let call = 0; call < 50; call++) assert.equal(await ask(gateway), 200);
    if (warns)
      await eventually(
        () => assert.match(gateway.output(), /could not be delivered to the collector/),
        15_000,
      );
    const began = performance.now();
    assert.equal(await gateway.stop(), 0);
    assert.ok(performance.now() - began < 10_000);
    const warnings = gateway.output().match(/could not be delivered/g) ?? [];
    assert.ok(warnings.length <= 2, `${warnings.length} warnings`);
    removeDirectory(gateway.dataDir);
  }
});

test('without a collector the client’s trace goes through as it is, and the SDK is not loaded', async (t) => {
  const provider = await startProvider();
  const gateway = await start(provider, {});
  t.after(async () => {
    await gateway.stop();
    removeDirectory(gateway.dataDir);
    provider.server.closeAllConnections();
    provider.server.close();
  });
  const headers = { traceparent: `00-${traceId}-${clientSpan}-01`, tracestate: 'vendor=1' };
  assert.equal(await ask(gateway, headers), 200);
  const { traceparent, tracestate } = provider.seen[0]!;
  assert.deepEqual({ traceparent, tracestate }, headers);
  assert.equal(await ask(gateway), 200);
  assert.equal(provider.seen[1]!['traceparent'], undefined);
  const importers = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter(
    (name) =>
      name.endsWith('.ts') &&
      /^import (?!type )[^;]*from '(@opentelemetry\/|.*\/otlp-export\.ts)/m.test(
        readFileSync(join(root, 'src', name), 'utf8'),
      ),
  );
  assert.deepEqual(importers, [join('telemetry', 'otlp-export.ts')]);
});
