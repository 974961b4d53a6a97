/** A server that answers commands as it is told, and breaks after so many bytes of answers: it falls silent, or ends the connection. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

export type Ending = 'silent' | 'closed' | 'reset';

export interface BrokenServer {
  url: string;
  /** From the next connection on; `Infinity` bytes: all that is asked is answered. */
  breakAfter(bytes: number, ending: Ending): void;
  close(): Promise<void>;
}

/** `answers`: what the commands `COMMAND-0`, `COMMAND-1` … are answered with; all others as the first. */
export async function startBrokenServer(answers: readonly string[]): Promise<BrokenServer> {
  const sockets = new Set<Socket>();
  let plan = { bytes: Number.POSITIVE_INFINITY, ending: 'silent' as Ending };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    const { bytes, ending } = plan;
    if (bytes === 0) end(socket, ending);
    let left = bytes;
    socket.on('data', (chunk: Buffer) => {
      for (const [, name = ''] of chunk.toString('latin1').matchAll(/\*\d+\r\n\$\d+\r\n(\S+)/g)) {
        const answer = answers[Number(/^COMMAND-(\d+)$/.exec(name)?.[1] ?? 0)]!;
        if (left <= 0) return;
        socket.write(answer.slice(0, left));
        left -= answer.length;
        if (left <= 0) end(socket, ending);
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    breakAfter: (bytes, ending) => {
      plan = { bytes, ending };
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function end(socket: Socket, ending: Ending): void {
  if (ending === 'closed') socket.end();
  if (ending === 'reset') socket.resetAndDestroy();
}
