/** A process that writes objects until it is killed, printing each revision once it is committed. */
import { openResourceStore } from './resource-store.ts';

const store = openResourceStore(process.argv[2]!);
for (let i = 0; ; i++) {
  const name = `s${i % 50}`;
  store.commit([
    {
      type: 'put',
      object: {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { namespace: 'a', name },
        data: { n: String(i) },
      },
    },
  ]);
  const line = `${store.revision()} ${name} ${i}\n`;
  // Waits: a loop that never yields only queues its output when the reader is slow, and is never killed.
  await new Promise((resolve) => process.stdout.write(line, resolve));
}
