// `npm test`: installs what is missing, then checks and tests in order, and ends with what was skipped and `N passed, N failed`.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureUiBuilt } from './build-ui.mjs';
import { ensureInstalled, nodeBinary, root } from './setup.mjs';
import { ensureTestServers } from './test-servers.mjs';

ensureInstalled();
const node = nodeBinary();
const bin = (name) => join(root, 'node_modules', name);
const flags = process.argv.slice(2);

function step(title, args, env = {}) {
  process.stdout.write(`\n── ${title}\n`);
  const temporary = mkdtempSync(join(tmpdir(), 'tollgate-run-'));
  // A test's Postgres runs as a user of its own.
  chmodSync(temporary, 0o711);
  const own = { ...process.env, TMPDIR: temporary, ...env };
  const done = spawnSync(node, args, { cwd: root, stdio: 'inherit', env: own });
  // What tests that failed or were killed left behind.
  rmSync(temporary, { recursive: true, force: true, maxRetries: 3 });
  if (done.status === 0) return;
  process.stdout.write(`\n${title}: failed\n`);
  process.exitCode = 1;
}

/** Ends here when the step failed. */
function check(title, args) {
  step(title, args);
  if (process.exitCode) process.exit();
}

function tellTotals(path) {
  if (!existsSync(path)) return;
  const { passed, failed, skipped } = JSON.parse(readFileSync(path, 'utf8'));
  rmSync(path);
  if (skipped.length > 0) process.stdout.write(`\n── ${skipped.length} skipped\n`);
  for (const { name, file, why } of skipped)
    process.stdout.write(
      `${relative(root, file ?? '')}: ${name}: ${why === true ? 'no reason given' : why}\n`,
    );
  process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
}

check('biome (format, lint, fences)', [bin('@biomejs/biome/bin/biome'), 'ci', '--error-on-warnings', '.']);
check('types', [bin('typescript/bin/tsc'), '-p', '.']);
check('types of core/ (pure: no Node types)', [bin('typescript/bin/tsc'), '-p', 'src/core']);
check('types of the console', [bin('typescript/bin/tsc'), '-p', 'ui']);
check('dead code (knip)', [bin('knip/bin/knip.js'), '--no-progress']);
if (!flags.includes('--checks-only')) {
  if (!ensureUiBuilt()) process.exit(1);
  process.stdout.write('\n── servers for tests\n');
  ensureTestServers();
  const totals = join(tmpdir(), `tollgate-totals-${process.pid}.json`);
  step(
    'tests',
    [
      '--disable-warning=ExperimentalWarning',
      `--import=${pathToFileURL(join(root, 'scripts', 'test-file-limit.mjs'))}`,
      '--test',
      '--test-reporter=spec',
      '--test-reporter-destination=stdout',
      `--test-reporter=${pathToFileURL(join(root, 'scripts', 'test-totals.mjs'))}`,
      `--test-reporter-destination=${totals}`,
      '--test-concurrency=2',
      '--test-timeout=120000',
      'src/**/*.test.ts',
      'test/**/*.test.ts',
      'ui/test/*.test.ts',
    ],
    flags.includes('--long') ? { TOLLGATE_TEST_LONG: '1' } : {},
  );
  tellTotals(totals);
}
