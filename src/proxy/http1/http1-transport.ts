/** Upstreams over an HTTP/1.1 codec of our own: pooled connections, one exchange at a time on each. */
import type { Transport, TransportOptions } from '../transport.ts';
import { ConnectionPool } from './connection-pool.ts';
import { Http1Exchange } from './http1-exchange.ts';
import { parseOrigin } from './open-socket.ts';

/** Origins that are remembered without a connection, with the TLS session that the next one begins with. Addresses of pods come and go. */
const mostRemembered = 256;

export function createHttp1Transport(options: TransportOptions): Transport {
  const pools = new Map<string, ConnectionPool>();
  let closed = false;
  const poolFor = (origin: string): ConnectionPool => {
    const found = pools.get(origin);
    if (found !== undefined) return found;
    const onEmpty = () => pools.size > mostRemembered && pools.delete(origin);
    const pool = new ConnectionPool(parseOrigin(origin), options.maxConnections, onEmpty);
    pools.set(origin, pool);
    return pool;
  };
  return {
    send: (request) => {
      const exchange = new Http1Exchange(request, options);
      try {
        if (closed) throw new Error('the transport was closed');
        poolFor(originOf(request.url)).send(exchange);
      } catch (error) {
        exchange.lost(error as Error);
      }
      return exchange;
    },
    close: async () => {
      closed = true;
      for (const pool of [...pools.values()]) pool.close();
    },
  };
}

function originOf(url: string): string {
  const split = url.indexOf('/', url.indexOf('://') + 3);
  return split < 0 ? url : url.slice(0, split);
}
