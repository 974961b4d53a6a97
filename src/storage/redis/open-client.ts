/** Picks the kind of client by the form of the URL. */
import { BoundedClient } from './bounded-client.ts';
import { allTogether, type RedisClient, type RedisClientOptions } from './client.ts';
import { ClusterClient } from './cluster.ts';
import { RedisConnection } from './connection.ts';
import { SentinelClient } from './sentinel.ts';
import { parseRedisServers, type RedisServers } from './servers.ts';

/** Throws on a URL of another form; its text is never quoted, as it may hold a password. */
export function openRedisClient(options: RedisClientOptions): RedisClient {
  const servers = parseRedisServers(options.url);
  return new BoundedClient(() => openUnbounded(servers, options), options);
}

function openUnbounded(servers: RedisServers | undefined, options: RedisClientOptions): RedisClient {
  if (servers?.kind === 'sentinel') return new SentinelClient(servers, options);
  if (servers?.kind === 'cluster') return new ClusterClient(servers, options);
  const connection = new RedisConnection(options);
  return {
    send: (command) => connection.send(command),
    together: allTogether,
    primaries: async () => [connection],
    close: () => connection.close(),
  };
}
