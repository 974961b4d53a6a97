/** Which of the two ways to an upstream is taken. undici is read only where it is asked for: it costs memory in each thread. */
import { createHttp1Transport } from './http1/http1-transport.ts';
import type { Transport, TransportOptions } from './transport.ts';

export type CreateTransport = (options: TransportOptions) => Transport;

export const engines = ['own', 'undici'] as const;

/** Rejects for a setting that names neither. */
export async function chooseTransport(env: NodeJS.ProcessEnv): Promise<CreateTransport> {
  const { TOLLGATE_UPSTREAM_HTTP: engine = '' } = env;
  if (engine === '' || engine === 'own') return createHttp1Transport;
  if (engine !== 'undici') throw new Error('TOLLGATE_UPSTREAM_HTTP must be "own" or "undici"');
  const { createUndiciTransport } = await import('./undici-transport.ts');
  return createUndiciTransport;
}
