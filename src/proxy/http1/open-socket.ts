/** Sockets to an origin, plain or with TLS, as connections want them. */
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';

export interface Origin {
  secure: boolean;
  /** Without the brackets of an IPv6 address. */
  hostname: string;
  port: number;
  /** As it is told in `host`. */
  host: string;
  /** Of the last TLS connection: the next one begins faster. */
  session?: Buffer;
}

/** Bytes of plain connections are read into it one read at a time, whichever connection's they are: who keeps some copies them. */
const readBuffer = Buffer.alloc(65_536);

/** `owned`: the bytes stay as they are. */
type OnBytes = (bytes: Buffer, owned: boolean) => void;

/** Throws `TypeError` for what is no origin of HTTP. */
export function parseOrigin(text: string): Origin {
  const { protocol, hostname, port, host, pathname, search, hash, username, password } = new URL(text);
  const secure = protocol === 'https:';
  if (!secure && protocol !== 'http:') throw new TypeError('the protocol is not HTTP');
  if (pathname !== '/' || search + hash + username + password !== '')
    throw new TypeError('an origin is a protocol, a host and a port');
  const bare = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  return { secure, hostname: bare, port: port === '' ? (secure ? 443 : 80) : Number(port), host };
}

export function openSocket(origin: Origin, onReady: () => void, onBytes: OnBytes): Socket {
  const at = { host: origin.hostname, port: origin.port };
  const socket = origin.secure ? openSecure(origin, at, onBytes) : openPlain(at, onBytes);
  socket.once(origin.secure ? 'secureConnect' : 'connect', onReady);
  return socket;
}

const quick = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 };

function openPlain(at: { host: string; port: number }, onBytes: OnBytes): Socket {
  const callback = (size: number) => {
    onBytes(readBuffer.subarray(0, size), false);
    return true;
  };
  return connect({ ...at, ...quick, onread: { buffer: readBuffer, callback } });
}

/** TLS has its own buffers, and a connection may be read while another is: each read is memory of its own. */
function openSecure(origin: Origin, at: { host: string; port: number }, onBytes: OnBytes): TLSSocket {
  const socket = connectTls({
    ...at,
    ...quick,
    servername: isIP(origin.hostname) === 0 ? origin.hostname : '',
    ALPNProtocols: ['http/1.1'],
    ...(origin.session !== undefined && { session: origin.session }),
  });
  socket.setNoDelay(true);
  socket.setKeepAlive(true, quick.keepAliveInitialDelay);
  socket.on('session', (session) => {
    origin.session = session;
  });
  socket.on('data', (bytes: Buffer) => onBytes(bytes, true));
  return socket;
}
