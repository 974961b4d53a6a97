/** The sample provider as a process of its own, so that what it reports can be compared with what was charged. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from './gateway.ts';

export interface SampleProvider {
  url: string;
  pid: number;
  /** Tokens reported to callers since the start. */
  usage(): Promise<{ requests: number; inputTokens: number; outputTokens: number }>;
  stop(): Promise<void>;
}

export async function startSampleProcess(): Promise<SampleProvider> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(root, 'src/sample-provider/main.ts'), '--port', '0'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const lines = createInterface({ input: child.stdout });
  const [first] = (await once(lines, 'line')) as [string];
  const url = first.match(/http:\/\/[\d.]+:\d+/)?.[0];
  if (url === undefined) throw new Error(`the sample provider did not say where it listens: ${first}`);
  return {
    url,
    pid: child.pid!,
    usage: async () => (await fetch(`${url}/usage`)).json() as never,
    stop: async () => {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}
