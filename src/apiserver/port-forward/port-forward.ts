/**
 * `kubectl port-forward`: SPDY/3.1, inside WebSocket messages (KEP-4006) or bare. Per forwarded connection the client opens an
 * error stream and a data stream with the same request id and port.
 */
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { createWebSocketStream, WebSocketServer } from 'ws';
import type { KubeObject } from '../../core/resources/object.ts';
import type { PortForwardHandler } from '../upgrade.ts';
import { type SpdyStream, serveSpdy } from './spdy-session.ts';

const protocol = 'portforward.k8s.io';
const tunnelProtocol = `SPDY/3.1+${protocol}`;

/** Connects to what stands behind a port of a Pod. */
export type Dial = (pod: KubeObject, port: number) => Duplex;

export function createPortForward(dial: Dial): PortForwardHandler {
  const tunnels = new WebSocketServer({
    noServer: true,
    maxPayload: 4 * 1024 * 1024,
    perMessageDeflate: false,
  });
  // The subprotocol holds a slash, so it is no token, and the library would refuse it: it never sees it.
  tunnels.on('headers', (headers) => headers.push(`Sec-WebSocket-Protocol: ${tunnelProtocol}`));
  return (request, socket, head, pod) => {
    const serve = (connection: Duplex) => {
      const forwards = new Forwards(pod, dial);
      // A client that goes away in the middle of a frame is no error of ours.
      serveSpdy(connection, (stream) => forwards.add(stream)).catch(() => connection.destroy());
    };
    if (isTunnel(request)) {
      delete request.headers['sec-websocket-protocol'];
      tunnels.handleUpgrade(request, socket, head, (tunnel) => serve(createWebSocketStream(tunnel)));
      return;
    }
    if (request.headers.upgrade?.toLowerCase() !== 'spdy/3.1') {
      socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: SPDY/3.1\r\nx-stream-protocol-version: ${protocol}\r\n\r\n`,
    );
    if (head.length > 0) socket.unshift(head);
    serve(socket);
  };
}

function isTunnel(request: IncomingMessage): boolean {
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  return request.headers.upgrade?.toLowerCase() === 'websocket' && offered.includes(tunnelProtocol);
}

/** Only ports that the Pod's containers declare: the API server is no way to every port of the machine. */
export function dialDeclaredPorts(host: string): Dial {
  return (pod, port) => dialDeclared(host, pod, port);
}

function dialDeclared(host: string, pod: KubeObject, port: number): Duplex {
  const spec = pod['spec'] as { containers?: { ports?: { containerPort?: number }[] }[] } | undefined;
  const declared = spec?.containers
    ?.flatMap((container) => container.ports ?? [])
    .map((p) => p.containerPort);
  if (!declared?.includes(port)) throw new Error(`the Pod has no port ${port}`);
  return connect(port, host);
}

class Forwards {
  readonly #pod: KubeObject;
  readonly #dial: Dial;
  readonly #waiting = new Map<string, SpdyStream>();

  constructor(pod: KubeObject, dial: Dial) {
    this.#pod = pod;
    this.#dial = dial;
  }

  add(stream: SpdyStream): void {
    const type = stream.headers.get('streamtype');
    const request = `${stream.headers.get('requestid')}/${stream.headers.get('port')}`;
    const other = this.#waiting.get(request);
    if (other === undefined) {
      this.#waiting.set(request, stream);
      stream.once('close', () => this.#waiting.delete(request));
      return;
    }
    this.#waiting.delete(request);
    const [errors, data] = type === 'error' ? [stream, other] : [other, stream];
    this.#connect(Number(stream.headers.get('port')), errors, data);
  }

  #connect(port: number, errors: SpdyStream, data: SpdyStream): void {
    errors.resume();
    const fail = (error: Error) => {
      errors.end(`error forwarding port ${port} to pod ${this.#pod.metadata.name}: ${error.message}`);
      data.resume();
      data.end();
    };
    let target: Duplex;
    try {
      target = this.#dial(this.#pod, port);
    } catch (error) {
      fail(error as Error);
      return;
    }
    target.once('error', fail);
    target.once('close', () => {
      if (!errors.writableEnded) errors.end();
      if (!data.writableEnded) data.end();
    });
    data.once('close', () => target.destroy());
    data.pipe(target);
    target.pipe(data);
  }
}
