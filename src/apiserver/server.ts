/** The embedded API server: TLS on loopback, a bearer token, and a kubeconfig that holds both. */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import type { NewAuditEntry } from '../storage/audit-log.ts';
import { createHostCheck, createTokenCheck } from './authenticate.ts';
import { discoveredResources } from './discovery.ts';
import { createRequestHandler } from './handle-request.ts';
import { type KubeconfigEntry, mergeKubeconfig, readToken, writeKubeconfig } from './kubeconfig.ts';
import { ListReader } from './list.ts';
import { buildOpenApi } from './openapi.ts';
import { createPortForward, type Dial, dialDeclaredPorts } from './port-forward/port-forward.ts';
import type { RegistryContext } from './registry/context.ts';
import { openTlsMaterial } from './tls/certificate-authority.ts';
import { createUpgradeHandler } from './upgrade.ts';

export interface ApiServerOptions {
  registry: RegistryContext;
  /** Holds the certificate authority, the server's key and the kubeconfig, all 0600. Must exist. */
  dataDir: string;
  /** 0 takes a free port. */
  port: number;
  /** Address to bind and to write into the kubeconfig; default 127.0.0.1. */
  host?: string;
  /** Default `<dataDir>/kubeconfig`. */
  kubeconfigPath?: string;
  /** What stands behind a Pod's port; default: that port of `host`, when the Pod declares it. */
  dial?: Dial;
  onError: (error: unknown) => void;
  /** Told of every change that a client makes; must not throw. */
  audit?: (entries: readonly NewAuditEntry[]) => void;
}

export interface ApiServer {
  url: string;
  kubeconfigPath: string;
  /** Adds this server to the kubeconfig at `path` and selects it. */
  mergeKubeconfig(path: string): void;
  close(): Promise<void>;
}

const loopbackNames = ['127.0.0.1', 'localhost', '::1'];

/** Rejects when the port is taken (EADDRINUSE) or the data directory is not writable. */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const host = options.host ?? '127.0.0.1';
  const names = [...new Set([...loopbackNames, host])];
  const tls = await openTlsMaterial(options.dataDir, names, options.registry.now());
  const kubeconfigPath = options.kubeconfigPath ?? join(options.dataDir, 'kubeconfig');
  const token = readToken(kubeconfigPath) ?? randomBytes(32).toString('base64url');
  const limits = {
    requestTimeout: 60_000,
    headersTimeout: 10_000,
    keepAliveTimeout: 60_000,
    maxHeaderSize: 64 * 1024,
  };
  const server = createServer({ cert: tls.cert, key: tls.key, minVersion: 'TLSv1.2', ...limits });
  handleRequests(server, options, token, names);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await listen(server, options.port, host);
  const port = (server.address() as AddressInfo).port;
  const url = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const entry: KubeconfigEntry = { server: url, ca: tls.ca, token };
  writeKubeconfig(kubeconfigPath, entry);
  return {
    url,
    kubeconfigPath,
    mergeKubeconfig: (path) => mergeKubeconfig(path, entry),
    close: () => close(server, sockets),
  };
}

function handleRequests(
  server: Server,
  options: ApiServerOptions,
  token: string,
  names: readonly string[],
): void {
  const { registry, onError, audit } = options;
  const mayEnter = createTokenCheck(token);
  const isOurHost = createHostCheck(names);
  const handle = createRequestHandler({
    api: { context: registry, lists: new ListReader(registry), ...(audit && { audit }) },
    resources: discoveredResources(registry.kinds),
    openApi: buildOpenApi(registry.kinds),
    mayEnter,
    isOurHost,
    address: () =>
      `${options.host ?? '127.0.0.1'}:${(server.address() as AddressInfo | null)?.port ?? options.port}`,
    onError,
  });
  server.on('request', (request, response) => void handle(request, response));
  server.on('clientError', (_error, socket) => socket.destroy());
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  const upgrade = createUpgradeHandler(
    registry,
    createPortForward(options.dial ?? dialDeclaredPorts(options.host ?? '127.0.0.1')),
    onError,
  );
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const allowed = isOurHost(request.headers.host) && mayEnter(request.headers.authorization);
    upgrade(request, socket, head, allowed);
  });
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Watches and forwarded ports are cut off. The server itself forgets connections that were upgraded, so they are kept here. */
function close(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of sockets) socket.destroy();
  });
}
