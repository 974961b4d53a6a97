/** The admin API of a running gateway, asked with the token of its data directory. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Gateway } from './gateway.ts';

export interface AdminReply {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: what came is what a test looks into.
  body: any;
}

export function adminToken({ dataDir }: Pick<Gateway, 'dataDir'>): string {
  return readFileSync(join(dataDir, 'admin-token'), 'utf8').trim();
}

/** `path` is below `/api/v1`. */
export async function askAdmin(
  gateway: Pick<Gateway, 'address' | 'dataDir'>,
  method: string,
  path: string,
  body?: unknown,
  token = adminToken(gateway),
): Promise<AdminReply> {
  const answer = await fetch(`http://${gateway.address}:15000/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
}
