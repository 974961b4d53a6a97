import { callApi } from './client.ts';

interface Gateway {
  spec?: { listeners?: { port: number; protocol: string }[] };
}

/** Protocol and port of the first listener that clients can call, null when there is none. */
export async function findListener(signal?: AbortSignal): Promise<{ scheme: string; port: number } | null> {
  const { items } = await callApi<{ items: Gateway[] }>('/resources/Gateway', { signal });
  const listeners = items.flatMap(({ spec }) => spec?.listeners ?? []);
  const found = listeners.find(({ protocol }) => protocol === 'HTTP' || protocol === 'HTTPS');
  return found === undefined ? null : { scheme: found.protocol.toLowerCase(), port: found.port };
}
