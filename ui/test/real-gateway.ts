/** The real program with the walkthrough's example and the sample provider, as a test of the console starts it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Page } from 'playwright-core';
import { type Gateway, removeDirectory, startGateway } from '../../test/support/gateway.ts';

export interface Figures {
  requests: number;
  inputTokens: number;
  outputTokens: number;
  costNano: number;
}

export interface RealGateway {
  /** Of the console. */
  url: string;
  /** Of the listener that SDKs call, without `/v1`. */
  traffic: string;
  adminToken(): string;
  /** The one-time link that was printed at the last start. */
  loginUrl(): string;
  output(): string;
  /** As an administrator; rejects what is not 2xx. */
  admin<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** Of the file itself, past every API. */
  ledger(user?: string): Figures;
  goAway(): Promise<void>;
  /** With the same data; sessions of before are worth nothing. */
  comeBack(): Promise<void>;
  end(): Promise<void>;
}

/** `seeded`: a data directory that has something already; it is removed in the end. */
export async function startRealGateway(more: string[] = [], seeded?: string): Promise<RealGateway> {
  const args = ['--demo', ...more];
  let gateway: Gateway = await startGateway({ args, ...(seeded && { dataDir: seeded }) });
  const { address, dataDir } = gateway;
  const url = `http://${address}:15000`;
  const adminToken = () => readFileSync(join(dataDir, 'admin-token'), 'utf8').trim();
  return {
    url,
    traffic: `http://${address}:8080`,
    adminToken,
    loginUrl: () => /http:\S+\?login=[\w-]+/.exec(gateway.output())![0],
    output: () => gateway.output(),
    async admin<T>(method: string, path: string, body?: unknown): Promise<T> {
      const response = await fetch(`${url}/api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${adminToken()}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`);
      return (text === '' ? undefined : JSON.parse(text)) as T;
    },
    ledger: (user) => readLedger(join(dataDir, 'ledger.db'), user),
    goAway: async () => void (await gateway.stop()),
    comeBack: async () => {
      gateway = await startGateway({ args, address, dataDir });
    },
    end: async () => {
      await gateway.stop();
      removeDirectory(dataDir);
    },
  };
}

function readLedger(path: string, user: string | undefined): Figures {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return database
      .prepare(
        `SELECT count(*) AS requests, coalesce(sum(input), 0) AS inputTokens, coalesce(sum(output), 0) AS outputTokens,
           coalesce(sum(cost), 0) AS costNano FROM call WHERE ? IS NULL OR user = ?`,
      )
      .get(user ?? null, user ?? null) as unknown as Figures;
  } finally {
    database.close();
  }
}

/** With the token: the one-time link opens once only. */
export async function logInWithToken(page: Page, gateway: RealGateway, path = '/'): Promise<void> {
  await page.goto(gateway.url + path);
  await page.getByLabel('Admin token or virtual key').fill(gateway.adminToken());
  await page.getByRole('button', { name: 'Log in' }).click();
}
