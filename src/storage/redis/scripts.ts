/** Runs a script by its hash, and hands the server its text where it does not know it. */
import { hash } from 'node:crypto';
import type { RedisConnection } from './connection.ts';
import { RedisError, type Reply } from './resp.ts';

export interface Script {
  text: string;
  sha: string;
}

export function scriptOf(text: string): Script {
  return { text, sha: hash('sha1', text) };
}

export async function runScript(
  connection: Pick<RedisConnection, 'send'>,
  { text, sha }: Script,
  keys: readonly string[],
  args: readonly string[],
  /** Besides, when the server does not know the script. */
  ifUnknown: readonly string[] = [],
): Promise<Reply> {
  const rest = [String(keys.length), ...keys, ...args];
  try {
    return await connection.send(['EVALSHA', sha, ...rest]);
  } catch (error) {
    if (!(error instanceof RedisError) || !error.message.startsWith('NOSCRIPT')) throw error;
    return connection.send(['EVAL', text, ...rest, ...ifUnknown]);
  }
}
