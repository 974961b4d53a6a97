/** Upgraded connections: only `pods/NAME/portforward` has any. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { KubeObject } from '../core/resources/object.ts';
import { statusOf } from './answer.ts';
import type { RegistryContext } from './registry/context.ts';
import { parseResourcePath } from './request-path.ts';
import { notFound, type Status, StatusError, unauthorized } from './status-error.ts';

/** Owns the socket once called; the pod says where to forward to. */
export type PortForwardHandler = (
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  pod: KubeObject,
) => void;

export function createUpgradeHandler(
  registry: RegistryContext,
  portForward: PortForwardHandler,
  onError: (error: unknown) => void,
) {
  return (request: IncomingMessage, socket: Duplex, head: Buffer, allowed: boolean): void => {
    socket.on('error', () => socket.destroy());
    try {
      if (!allowed) throw unauthorized();
      const pod = podOf(registry, request);
      portForward(request, socket, head, pod);
    } catch (error) {
      if (!(error instanceof StatusError)) onError(error);
      refuse(socket, statusOf(error));
    }
  };
}

function podOf(registry: RegistryContext, request: IncomingMessage): KubeObject {
  const path = parseResourcePath(new URL(request.url ?? '/', 'https://local').pathname);
  if (path?.plural !== 'pods' || path.group !== '' || path.subresource !== 'portforward') {
    throw new StatusError(400, 'BadRequest', 'this path has no upgraded connections');
  }
  const name = path.name ?? '';
  const pod = registry.store.get({ group: '', kind: 'Pod', namespace: path.namespace ?? '', name });
  if (pod === undefined) throw notFound({ group: '', plural: 'pods' }, name);
  return pod;
}

function refuse(socket: Duplex, status: Status & { code: number }): void {
  const body = JSON.stringify(status);
  const head = [
    `HTTP/1.1 ${status.code} ${status.reason}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
