/** URLs that name several servers: Sentinels and their primary, or members of a Cluster. */

export interface RedisServers {
  kind: 'sentinel' | 'cluster';
  /** `host:port`, one at least. */
  addresses: string[];
  /** Of the Sentinels: the name they know the primary by. */
  primary: string;
  /** What the servers that count are reached by: `redis://user:password@`, to be followed by an address, and `database`. */
  prefix: string;
  database: string;
  tls: boolean;
}

const form = /^redis(s?)\+(sentinel|cluster):\/\/((?:[^@/]*@)?)([^@/?#]+)(?:\/([^/?#]*))?(?:\/(\d+))?$/;
const port = { sentinel: 26_379, cluster: 6_379 };

/** Undefined for URLs of one server. Throws without quoting the URL: it may hold a password. */
export function parseRedisServers(url: string): RedisServers | undefined {
  if (!/^rediss?\+/.test(url)) return undefined;
  const match = form.exec(url);
  if (match === null) throw new Error(expected);
  const [, secure = '', named, credential = '', list = '', path = '', database = ''] = match;
  const kind = named as RedisServers['kind'];
  const addresses = list.split(',').map((address) => withPort(address.trim(), port[kind]));
  if ((kind === 'sentinel') !== (path !== '') || (kind === 'cluster' && database !== ''))
    throw new Error(expected);
  return {
    kind,
    addresses,
    primary: decodeURIComponent(path),
    prefix: `redis${secure}://${credential}`,
    database,
    tls: secure !== '',
  };
}

const expected =
  'several Redis servers are redis[s]+sentinel://[user:password@]host[:port],…/primary[/database] or redis[s]+cluster://[user:password@]host[:port],…';

function withPort(address: string, fallback: number): string {
  const url = URL.canParse(`redis://${address}`) ? new URL(`redis://${address}`) : undefined;
  if (url === undefined || url.hostname === '' || url.pathname !== '' || url.username !== '')
    throw new Error(expected);
  return `${url.hostname}:${url.port === '' ? fallback : url.port}`;
}

export function addressOf(host: string, port: number | string): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
