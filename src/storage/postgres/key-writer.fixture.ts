/**
 * A gateway's store in a process of its own that writes keys until it is killed: each line is `opening`, or a revision that was
 * answered. Arguments: address, key file, directory, seed.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { PostgresConnection } from './connection.ts';
import { randomChanges, randomFrom } from './random-keys.fixture.ts';
import { openPostgresResourceStore } from './resource-store.ts';

const [url, keyPath, directory, seed] = process.argv.slice(2) as [string, string, string, string];
const say = (line: string) => new Promise((resolve) => process.stdout.write(`${line}\n`, resolve));
const random = randomFrom(Number(seed));
const connection = new PostgresConnection({ url });
await say('opening');
const store = await openPostgresResourceStore({
  ...{ connection, keyPath, directory, pollMs: 3 },
  onThrownAway: (why) => {
    throw new Error(`thrown away: ${why}`);
  },
});
for (;;) {
  const answered = await store.write(() => store.commit(randomChanges(random)));
  if (answered.length > 0) await say(String(answered.at(-1)!.revision));
  await turn();
}
