/** Between clients and a server: cuts connections at any moment, so that a command is lost, its answer is, or it arrives late. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface CuttingProxy {
  url: string;
  /** Cuts every connection; what a client sent last may arrive after it knows that it was cut. */
  cut(random: () => number): void;
  close(): void;
}

export async function startCuttingProxy(port: number): Promise<CuttingProxy> {
  const pairs = new Set<{ client: Socket; server: Socket }>();
  const server = createServer((client) => {
    const pair = { client, server: connect(port, '127.0.0.1') };
    pairs.add(pair);
    const forget = () => {
      pairs.delete(pair);
      client.destroy();
    };
    client.on('error', forget).on('close', forget);
    pair.server.on('error', forget).on('close', forget);
    client.on('data', (chunk) => pair.server.write(chunk));
    pair.server.on('data', (chunk) => client.write(chunk));
    client.on('close', () => pair.server.end());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut: (random) => {
      for (const pair of pairs) {
        const kind = random();
        // The next command reaches the server late, and its answer nobody.
        if (kind < 0.4) {
          pair.client.removeAllListeners('data');
          pair.client.removeAllListeners('close');
          pair.client.once('data', (chunk) => {
            pair.client.destroy();
            setTimeout(() => pair.server.end(chunk), random() * 60);
          });
        } else if (kind < 0.7)
          pair.server.removeAllListeners('data').once('data', () => pair.client.destroy());
        else pair.client.destroy();
      }
    },
    close: () => {
      server.close();
      for (const { client } of pairs) client.destroy();
    },
  };
}
