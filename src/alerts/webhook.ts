/**
 * A webhook is a Secret with the entries `url`, and if wanted `signingKey` and `format` (`json` or `slack`). Alerts and tests are
 * posted by the same rules: http or https only, no redirect is followed, five seconds, the answer's body is never looked at.
 */
import type { KubeObject } from '../core/resources/object.ts';
import { signatureOf, type WebhookFormat } from './message.ts';

export interface Webhook {
  url: string;
  signingKey?: string;
  format: WebhookFormat;
}

export interface Posted {
  /** Absent: it was taken. Never names the URL, which may carry a credential. */
  fault?: string;
  status?: number;
}

const deadlineMs = 5_000;

/** A fault in words when the Secret is not good for a webhook. */
export function webhookOf(secret: KubeObject | undefined): Webhook | string {
  if (secret === undefined) return 'there is no such Secret';
  const data = (secret['data'] ?? {}) as Record<string, string>;
  const entry = (name: string) =>
    data[name] === undefined ? undefined : Buffer.from(data[name], 'base64').toString().trim();
  const url = entry('url') ?? '';
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    return 'its Secret has no entry "url" that is an http or https URL';
  const format = entry('format') ?? 'json';
  if (format !== 'json' && format !== 'slack') return 'its entry "format" is neither json nor slack';
  const signingKey = entry('signingKey');
  return { url, format, ...(signingKey === undefined ? {} : { signingKey }) };
}

export async function post(
  { url, signingKey }: Webhook,
  body: string,
  { fetch: send, nowMs }: { fetch: typeof fetch; nowMs: number },
): Promise<Posted> {
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (signingKey !== undefined)
    headers['x-tollgate-signature'] = signatureOf(body, signingKey, Math.floor(nowMs / 1000));
  try {
    const signal = AbortSignal.timeout(deadlineMs);
    const response = await send(url, { method: 'POST', headers, body, redirect: 'manual', signal });
    await response.body?.cancel();
    const { status } = response;
    return response.ok ? { status } : { status, fault: `it answered ${status}` };
  } catch (error) {
    const isLate = (error as Error).name === 'TimeoutError';
    return { fault: isLate ? 'it did not answer in time' : 'it cannot be reached' };
  }
}
