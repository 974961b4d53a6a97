/** `tollgate demo reset`: through the admin API of the running gateway, with the token from its data directory. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { demoDomain } from './demo-objects.ts';

export async function resetDemo({ dataDir, admin }: { dataDir: string; admin: string }): Promise<void> {
  const tokenPath = join(dataDir, 'admin-token');
  let token: string;
  try {
    token = readFileSync(tokenPath, 'utf8').trim();
  } catch {
    throw new Error(`${tokenPath} can not be read: is the gateway running with another --data-dir?`);
  }
  const answer = await fetch(`${admin}/api/v1/counters?prefix=${demoDomain}_`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${token}` },
  }).catch(() => {
    throw new Error(`no gateway answers at ${admin}: start it first, or name it with --admin`);
  });
  if (answer.status !== 200)
    throw new Error(`the admin API refused: ${answer.status} ${await answer.text()}`);
  const { reset } = (await answer.json()) as { reset: number };
  process.stdout.write(
    `${reset} counter${reset === 1 ? '' : 's'} of the demo set to zero; mike may spend again.\n`,
  );
}
