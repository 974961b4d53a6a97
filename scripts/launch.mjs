// Starts a TypeScript entry point on the pinned Node and stands in for it: same standard streams, signals and exit code.
import { spawn } from 'node:child_process';
import { compileCache, ensureInstalled, nodeBinary } from './setup.mjs';

export function launch(entry, args) {
  ensureInstalled();
  const child = spawn(nodeBinary(), ['--disable-warning=ExperimentalWarning', entry, ...args], {
    stdio: 'inherit',
    env: { NODE_COMPILE_CACHE: compileCache, ...process.env },
  });
  // A terminal's Ctrl-C reaches the whole group; a SIGTERM sent to this process alone must be handed on.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)));
}
