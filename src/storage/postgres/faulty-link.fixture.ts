/** A TCP relay between a client and its server that can be cut, at any byte, or made to say nothing. */
import { connect, createServer, type Socket } from 'node:net';

export interface FaultyLink {
  port: number;
  /** Cuts all connections once so many more bytes went in one direction; what would come after is lost. */
  cutAfter(bytes: number, direction: 'toServer' | 'toClient'): void;
  /** How often all connections were cut so. */
  cuts(): number;
  /** Bytes are held back, in both directions, until `flow`. */
  stall(): void;
  flow(): void;
  /** New connections are refused until `flow`, present ones are cut. */
  cut(): void;
  close(): Promise<void>;
}

type Direction = 'toServer' | 'toClient';

export async function startLink(targetPort: number): Promise<FaultyLink> {
  const pairs = new Set<[Socket, Socket]>();
  let left: Record<Direction, number> = { toServer: Infinity, toClient: Infinity };
  let open = true;
  let stalled = false;
  let cuts = 0;
  const cutAll = () => {
    cuts++;
    left = { toServer: Infinity, toClient: Infinity };
    for (const pair of pairs) for (const socket of pair) socket.destroy();
    pairs.clear();
  };
  const relay = (from: Socket, to: Socket, direction: Direction) => {
    from.on('data', (chunk: Buffer) => {
      const sent = chunk.subarray(0, left[direction]);
      left[direction] -= sent.length;
      to.write(sent);
      if (sent.length < chunk.length || left[direction] === 0) cutAll();
    });
    for (const event of ['end', 'error', 'close']) from.on(event, () => to.destroy());
    if (stalled) from.pause();
  };
  const server = createServer((client) => {
    if (!open) return client.destroy();
    const upstream = connect(targetPort, '127.0.0.1');
    pairs.add([client, upstream]);
    relay(client, upstream, 'toServer');
    relay(upstream, client, 'toClient');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    cutAfter: (bytes, direction) => {
      left = { ...left, [direction]: bytes };
    },
    cuts: () => cuts,
    stall: () => {
      stalled = true;
      for (const pair of pairs) for (const socket of pair) socket.pause();
    },
    flow: () => {
      open = true;
      stalled = false;
      for (const pair of pairs) for (const socket of pair) socket.resume();
    },
    cut: () => {
      open = false;
      cutAll();
    },
    close: async () => {
      cutAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
