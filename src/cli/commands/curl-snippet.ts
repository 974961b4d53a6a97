/** A call to try a key with: where the first Gateway listens, and a path that a route serves. */
import type { KubeObject } from '../../core/resources/object.ts';
import type { AdminClient } from '../admin-client.ts';
import { printable } from '../output/table.ts';

interface Listener {
  port: number;
  protocol: string;
}
interface GatewayStatus {
  addresses?: { value: string }[];
}

/** Two lines. A gateway that does not tell its resources gets the usual address: a snippet is no reason to fail. */
export async function curlSnippet(client: AdminClient): Promise<string> {
  const [gateways, routes] = await Promise.all([
    resources(client, 'Gateway'),
    resources(client, 'HTTPRoute'),
  ]);
  const url = `${originOf(gateways[0])}${pathOf(routes)}`;
  return `  curl ${printable(url)} -H "Authorization: Bearer $TOLLGATE_KEY" -H 'content-type: application/json' \\
    -d '{"messages": [{"role": "user", "content": "Hello"}]}'`;
}

async function resources(client: AdminClient, kind: string): Promise<KubeObject[]> {
  try {
    const answer = await client.get<KubeObject[] | { items?: KubeObject[] }>(`/resources/${kind}`);
    return Array.isArray(answer) ? answer : (answer.items ?? []);
  } catch {
    return [];
  }
}

function originOf(gateway: KubeObject | undefined): string {
  const listeners = (gateway?.['spec'] as { listeners?: Listener[] } | undefined)?.listeners ?? [];
  const listener = listeners.find(({ protocol }) => protocol === 'HTTP') ?? listeners[0];
  const status = gateway?.['status'] as GatewayStatus | undefined;
  const host = status?.addresses?.[0]?.value ?? '127.0.0.1';
  const scheme = listener?.protocol === 'HTTPS' ? 'https' : 'http';
  return `${scheme}://${host}:${listener?.port ?? 8080}`;
}

interface RouteSpec {
  rules?: { matches?: { path?: { type?: string; value?: string } }[] }[];
}

/** Below `/v1` the paths are OpenAI's; another prefix is served as it stands. */
function pathOf(routes: readonly KubeObject[]): string {
  const paths = routes.flatMap((route) =>
    ((route['spec'] as RouteSpec).rules ?? []).flatMap((rule) =>
      (rule.matches ?? []).flatMap((match) => match.path?.value ?? []),
    ),
  );
  const first = paths[0];
  if (first === undefined || first === '/' || paths.includes('/v1')) return '/v1/chat/completions';
  return first;
}
