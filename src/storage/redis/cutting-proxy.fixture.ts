/**
 * Between clients and a server: cuts connections at any moment, so that a command is lost, its answer is, it arrives late, or
 * either breaks off at any byte, with the connection's end or without a word.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface CuttingProxy {
  url: string;
  /** Cuts every connection; what a client sent last may arrive after it knows that it was cut. */
  cut(random: () => number): void;
  close(): void;
}

interface Pair {
  client: Socket;
  server: Socket;
}

export async function startCuttingProxy(port: number): Promise<CuttingProxy> {
  const pairs = new Set<Pair>();
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
      for (const pair of pairs) cutOne(pair, random);
    },
    close: () => {
      server.close();
      for (const { client } of pairs) client.destroy();
    },
  };
}

function cutOne({ client, server }: Pair, random: () => number): void {
  const kind = random();
  const isSilent = random() < 0.5;
  const part = (chunk: Buffer) => chunk.subarray(0, Math.floor(random() * chunk.length));
  if (kind < 0.25) {
    // The next command reaches the server late, and its answer nobody.
    client.removeAllListeners('data').removeAllListeners('close');
    client.once('data', (chunk) => {
      client.destroy();
      setTimeout(() => server.end(chunk), random() * 60);
    });
  } else if (kind < 0.45) server.removeAllListeners('data').once('data', () => client.destroy());
  else if (kind < 0.65) {
    client.removeAllListeners('data').once('data', (chunk: Buffer) => {
      server.write(part(chunk));
      if (!isSilent) client.destroy();
      else client.resume();
    });
  } else if (kind < 0.85) {
    server.removeAllListeners('data').once('data', (chunk: Buffer) => {
      client.write(part(chunk));
      if (!isSilent) client.destroy();
      else server.resume();
    });
  } else client.destroy();
}
