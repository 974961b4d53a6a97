/** The ports that a snapshot asks for: opened and closed as snapshots change; requests in flight always finish. */
import { createServer, type IncomingMessage, type Server, ServerResponse } from 'node:http';
import { createServer as createProbe, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Upgrade } from './call.ts';
import type { BindResult } from './messages.ts';

export type RequestListener = (
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  port: number,
  upgrade?: Upgrade,
) => void;

/**
 * `alone`: the port is this thread's. Threads that share ports open them with `reusePort`, which hides that another program has
 * one; so the `first` of them opens a port exclusively before, and the `others` open what it found free.
 */
export type PortSharing = 'alone' | 'first' | 'others';

/** How often idle connections of a closed port are looked for while requests on it finish. */
const drainPollMs = 50;

export class Listeners {
  readonly #host: string;
  readonly #sharing: PortSharing;
  readonly #onRequest: RequestListener;
  readonly #open = new Map<number, Server>();
  readonly #draining = new Set<Server>();
  /** No server counts these any more: they are ended here. */
  readonly #upgraded = new Set<Duplex>();

  constructor(host: string, sharing: PortSharing, onRequest: RequestListener) {
    this.#host = host;
    this.#sharing = sharing;
    this.#onRequest = onRequest;
  }

  async serve(ports: readonly number[]): Promise<BindResult[]> {
    for (const port of this.#open.keys()) if (!ports.includes(port)) this.#close(port);
    return Promise.all(ports.map((port) => this.#ensure(port)));
  }

  /** Resolves when every connection has ended, by itself or at the end of the grace. */
  async stop(graceMs: number): Promise<void> {
    for (const port of [...this.#open.keys()]) this.#close(port);
    const deadline = setTimeout(() => {
      for (const server of this.#draining) server.closeAllConnections();
      for (const socket of this.#upgraded) socket.destroy();
    }, graceMs);
    await Promise.all(
      [...this.#draining].map((server) => new Promise((resolve) => server.once('close', resolve))),
    );
    clearTimeout(deadline);
  }

  async #ensure(port: number): Promise<BindResult> {
    if (this.#open.has(port)) return { port };
    const taken = this.#sharing === 'first' ? await whyTaken(port, this.#host) : undefined;
    return taken === undefined ? this.#listen(port) : { port, error: taken };
  }

  #listen(port: number): Promise<BindResult> {
    const server = createServer(serverOptions, (incoming, outgoing) => {
      if (this.#draining.has(server)) outgoing.setHeader('connection', 'close');
      this.#onRequest(incoming, outgoing, port);
    });
    server.on('upgrade', (incoming, socket, head) => this.#upgrade(incoming, socket, head, port));
    server.on('clientError', answerBadRequest);
    return new Promise((resolve) => {
      server.once('error', (error: NodeJS.ErrnoException) =>
        resolve({ port, error: bindError(error, port) }),
      );
      const reusePort = this.#sharing !== 'alone';
      server.listen({ port, host: this.#host, exclusive: true, reusePort }, () => {
        this.#open.set(port, server);
        resolve({ port });
      });
    });
  }

  /** Until a WebSocket is agreed on, what is answered is HTTP, and the connection ends with it. */
  #upgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer, port: number): void {
    this.#upgraded.add(socket);
    takeBrowserKey(incoming.headers);
    socket.once('close', () => this.#upgraded.delete(socket));
    socket.on('error', () => socket.destroy());
    const outgoing = new ServerResponse(incoming);
    outgoing.shouldKeepAlive = false;
    outgoing.assignSocket(socket as Socket);
    outgoing.once('finish', () => socket.end());
    this.#onRequest(incoming, outgoing, port, { socket, head });
  }

  #close(port: number): void {
    const server = this.#open.get(port)!;
    this.#open.delete(port);
    this.#draining.add(server);
    const poll = setInterval(() => server.closeIdleConnections(), drainPollMs);
    server.close(() => {
      clearInterval(poll);
      this.#draining.delete(server);
    });
    server.closeIdleConnections();
  }
}

/** A browser's WebSocket has no headers of its own: OpenAI's clients write their key among the subprotocols. */
function takeBrowserKey(headers: IncomingMessage['headers']): void {
  const [, key] = /\bopenai-insecure-api-key\.([^,\s]+)/.exec(headers['sec-websocket-protocol'] ?? '') ?? [];
  if (key !== undefined) headers.authorization ??= `Bearer ${key}`;
}

/** Other protocols that are offered (HTTP/2 without TLS, by curl), and WebSockets elsewhere, are not taken up. */
function asksForRealtime({ headers, url = '' }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket' && url.split('?', 1)[0]!.endsWith('/realtime');
}

const serverOptions = {
  shouldUpgradeCallback: asksForRealtime,
  maxHeaderSize: 65_536,
  headersTimeout: 30_000,
  /** For the whole request, a slow body included. */
  requestTimeout: 300_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 5_000,
  noDelay: true,
};

/** Bytes that are no HTTP request; nothing of them is echoed. */
function answerBadRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
  const [status, text] = malformed[error.code ?? ''] ?? [
    '400 Bad Request',
    'the request is not valid HTTP/1.1',
  ];
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: text/plain\r\ncontent-length: ${text.length}\r\nconnection: close\r\n\r\n${text}`,
  );
}

const malformed: Record<string, [string, string]> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'the request headers are larger than 64 KiB'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'the request did not arrive in time'],
};

/** Undefined when nobody else has the port. */
function whyTaken(port: number, host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const probe = createProbe();
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(bindError(error, port)));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(undefined)));
  });
}

function bindError(error: NodeJS.ErrnoException, port: number): string {
  if (error.code === 'EADDRINUSE') return `port ${port} is already in use`;
  if (error.code === 'EACCES') return `port ${port} needs more privileges than this process has`;
  return `port ${port} can not be opened: ${error.code ?? error.message}`;
}
