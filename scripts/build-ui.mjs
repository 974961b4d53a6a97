// Builds the console into ui/dist when it is missing or older than its sources. Runs on the machine's own Node (20 or newer).
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeBinary, root } from './setup.mjs';

const ui = join(root, 'ui');
const dist = join(ui, 'dist');
const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');

/** True when the console is there and up to date afterwards; what is wrong is on standard error. */
export function ensureUiBuilt() {
  // An image brings the build without its sources or tools.
  if (!existsSync(vite)) return existsSync(join(dist, 'index.html'));
  const wanted = hashOfSources();
  const stamp = join(dist, '.built-from');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return true;
  process.stderr.write('tollgate: building the console (first start, or its sources changed) …\n');
  const began = Date.now();
  const next = join(ui, `dist.${process.pid}`);
  const args = [vite, 'build', '--outDir', next, '--emptyOutDir', '--logLevel', 'warn'];
  const done = spawnSync(nodeBinary(), args, { cwd: ui, stdio: ['ignore', 2, 2] });
  if (done.status !== 0) {
    rmSync(next, { recursive: true, force: true });
    process.stderr.write('tollgate: the console could not be built; the message is above.\n');
    return false;
  }
  writeFileSync(join(next, '.built-from'), wanted);
  // Whole or not at all: a gateway that runs goes on serving the build before until this moment.
  rmSync(dist, { recursive: true, force: true });
  renameSync(next, dist);
  process.stderr.write(`tollgate: the console is built (${((Date.now() - began) / 1000).toFixed(1)} s)\n`);
  return true;
}

function hashOfSources() {
  const hash = createHash('sha256');
  const folders = ['src', 'public'].map((name) => join(ui, name));
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name)),
  );
  const single = ['index.html', 'package.json', 'vite.config.ts'].map((name) => join(ui, name));
  // The console shows calls and usage by the ledger's own rules, and writes tables as the API does.
  const shared = [
    'core/outcome.ts',
    'core/text/csv.ts',
    'core/llm/usage.ts',
    'core/llm/usage-kinds.ts',
    'storage/no-figures.ts',
  ].map((name) => join(root, 'src', name));
  for (const file of [...files.sort(), ...single, ...shared, join(root, 'package-lock.json')])
    hash
      .update(`${file.slice(root.length)}\0`)
      .update(readFileSync(file))
      .update('\0');
  return hash.digest('hex');
}

// `node scripts/build-ui.mjs`: for images, where no first start should build anything.
if (process.argv[1] === fileURLToPath(import.meta.url)) process.exit(ensureUiBuilt() ? 0 : 1);
