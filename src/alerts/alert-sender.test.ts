import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Budget, BudgetAlert } from '../core/budget/model.ts';
import type { BudgetStanding } from '../core/budget/standing.ts';
import type { KubeObject } from '../core/resources/object.ts';
import { AlertSender } from './alert-sender.ts';
import { DeliveryLog } from './delivery-log.ts';
import { WebhookDesk } from './webhook-desk.ts';

const nowMs = Date.UTC(2026, 10, 25, 12);
const resetsAtSeconds = Date.UTC(2026, 10, 26) / 1000;

function budgetWith(...alerts: BudgetAlert[]): Budget {
  const window = { type: 'calendar', period: 'Day', timeZone: 'UTC' };
  return { name: 'ns/daily', window, alerts } as unknown as Budget;
}

function standing(used: number, group = 'mike'): Map<string, BudgetStanding[]> {
  const remaining = Math.max(0, 1_000 - used);
  return new Map([
    ['ns/daily', [{ group, unit: 'tokens', limit: 1_000, used, reserved: 0, remaining, resetsAtSeconds }]],
  ]);
}

interface Received {
  body: string;
  signature: string | undefined;
}

/** A webhook over a real socket; `status` is what it answers. */
async function webhook(entries: Record<string, string> = {}) {
  const received: Received[] = [];
  const answer = { status: 200 };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const signature = request.headers['x-tollgate-signature'] as string | undefined;
      received.push({ body: Buffer.concat(chunks).toString(), signature });
      response.writeHead(answer.status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  const data = Object.fromEntries(
    Object.entries({ url, ...entries }).map(([name, value]) => [name, Buffer.from(value).toString('base64')]),
  );
  const secret: KubeObject = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'finance' }, data };
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { received, answer, secret, close };
}

function senderTo(
  secret: KubeObject | undefined,
  path = join(mkdtempSync(join(tmpdir(), 'alerts-')), 'told.json'),
) {
  const warnings: object[] = [];
  const deliveries = new DeliveryLog(`${path}.deliveries`);
  const shared = {
    secret: (namespace: string, name: string) =>
      namespace === 'ns' && name === 'finance' ? secret : undefined,
    deliveries,
    fetch,
    nowMs: () => nowMs,
  };
  const sender = new AlertSender({
    ...shared,
    path,
    log: { info: () => undefined, warn: (fields) => void warnings.push(fields) },
  });
  return { sender, desk: new WebhookDesk(shared), warnings, path };
}

const at80 = budgetWith({ atPercent: 80, webhook: 'finance' });

test('each threshold is told once a window, signed, and a restart does not tell it again', async () => {
  const hook = await webhook({ signingKey: 'shared-for-the-test' });
  const { sender, path } = senderTo(hook.secret);
  await sender.send([at80], standing(799));
  assert.equal(hook.received.length, 0);
  await sender.send([at80], standing(800));
  await sender.send([at80], standing(900));
  await senderTo(hook.secret, path).sender.send([at80], standing(950));
  assert.equal(hook.received.length, 1);
  const { body, signature } = hook.received[0]!;
  const seconds = nowMs / 1000;
  const expected = createHmac('sha256', 'shared-for-the-test').update(`${seconds}.${body}`).digest('hex');
  assert.equal(signature, `t=${seconds},v1=${expected}`);
  const { text, ...fields } = JSON.parse(body);
  assert.equal(fields.usedPercent, 80);
  assert.equal(fields.remaining, 200);
  assert.equal(text, 'Budget ns/daily of mike is at 80 %: 800 tokens used of 1000 tokens, 200 tokens left');
  hook.close();
});

test('what is refused is tried again, and logged once', async () => {
  const hook = await webhook();
  hook.answer.status = 503;
  const { sender, warnings } = senderTo(hook.secret);
  await sender.send([at80], standing(900));
  await sender.send([at80], standing(900));
  assert.deepEqual(warnings, [{ budget: 'ns/daily', webhook: 'ns/finance', fault: 'it answered 503' }]);
  hook.answer.status = 204;
  await sender.send([at80], standing(900));
  await sender.send([at80], standing(900));
  assert.equal(hook.received.length, 3);
  hook.close();
});

test('the form that Slack takes: names can not become mentions', async () => {
  const hook = await webhook({ format: 'slack' });
  await senderTo(hook.secret).sender.send([at80], standing(1_000, '<!channel> & co'));
  assert.equal(
    JSON.parse(hook.received[0]!.body).text,
    'Budget ns/daily of &lt;!channel&gt; &amp; co is at 100 %: 1000 tokens used of 1000 tokens, 0 tokens left',
  );
  hook.close();
});

test('a webhook that is not there or not good is named in the log, its URL never', async () => {
  const hook = await webhook();
  const secret = { ...hook.secret, data: { url: Buffer.from('file:///etc/passwd').toString('base64') } };
  for (const [given, fault] of [
    [undefined, 'there is no such Secret'],
    [secret, 'its Secret has no entry "url" that is an http or https URL'],
  ] as const) {
    const { sender, warnings } = senderTo(given);
    await sender.send([at80], standing(900));
    assert.deepEqual(warnings, [{ budget: 'ns/daily', webhook: 'ns/finance', fault }]);
  }
  hook.close();
});

test('a test is signed, says that it is one, and tells how it went; its URL is shown nobody', async () => {
  const hook = await webhook({ signingKey: 'shared-for-the-test' });
  const { desk, sender, path } = senderTo(hook.secret);
  const sent = await desk.test('ns', 'finance');
  assert.deepEqual({ ...sent, durationMs: 0 }, { delivered: true, status: 200, durationMs: 0 });
  const { body, signature } = hook.received[0]!;
  assert.equal(JSON.parse(body).type, 'tollgate.webhook.test');
  const seconds = nowMs / 1000;
  const expected = createHmac('sha256', 'shared-for-the-test').update(`${seconds}.${body}`).digest('hex');
  assert.equal(signature, `t=${seconds},v1=${expected}`);
  hook.answer.status = 302;
  assert.equal((await desk.test('ns', 'finance')).fault, 'it answered 302');
  await sender.send([at80], standing(900));
  const shown = senderTo(hook.secret, path).desk.standing('ns', 'finance');
  assert.deepEqual(shown, {
    origin: shown.origin,
    format: 'json',
    signed: true,
    lastDelivered: { atMs: nowMs },
    lastFailed: { atMs: nowMs, fault: 'it answered 302' },
  });
  assert.match(shown.origin!, /^http:\/\/127\.0\.0\.1:\d+$/);
  hook.answer.status = 204;
  await sender.send([at80], standing(900));
  assert.deepEqual(desk.standing('ns', 'finance').lastDelivered, { atMs: nowMs, budget: 'ns/daily' });
  hook.close();
  assert.equal((await desk.test('ns', 'finance')).fault, 'it cannot be reached');
});

test('a webhook that cannot be sent to says why, and a test of it sends nothing', async () => {
  const { desk } = senderTo(undefined);
  assert.deepEqual(desk.standing('ns', 'finance'), { signed: false, fault: 'there is no such Secret' });
  assert.deepEqual(await desk.test('ns', 'finance'), {
    delivered: false,
    fault: 'there is no such Secret',
    durationMs: 0,
  });
});
