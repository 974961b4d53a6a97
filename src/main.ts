/** Entry point: the command line, with what its commands do. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CliFailure } from './cli/failure.ts';
import { runCli } from './cli/index.ts';
import type { UpOptions } from './cli/up-options.ts';

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8')) as {
  version: string;
};

try {
  // The gateway is loaded only to be run: other commands start in half the time without it.
  const up = async (options: UpOptions) => (await import('./up.ts')).up(options);
  await runCli(process.argv.slice(2), process.env, { up, version });
} catch (error) {
  process.stderr.write(`tollgate: ${explain(error)}\n`);
  process.exitCode = error instanceof CliFailure ? error.exitCode : 1;
}

/** A tired operator's line instead of a stack, where the cause is known. */
function explain(error: unknown): string {
  const { code, port, address, message } = error as NodeJS.ErrnoException & {
    port?: number;
    address?: string;
  };
  if (code === 'EADDRINUSE') {
    return `${address}:${port} is in use: is Tollgate running already? Another port: see --help for the --…-port options.`;
  }
  if (code === 'EACCES') return `${message}: this user may not do that.`;
  return message ?? String(error);
}
