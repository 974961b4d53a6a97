// `npm test`: installs what is missing, then checks and tests in order, and ends with the runner's own closing lines.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
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
  const done = spawnSync(node, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
  if (done.status !== 0) {
    process.stdout.write(`\n${title}: failed\n`);
    process.exit(1);
  }
}

step('biome (format, lint, fences)', [bin('@biomejs/biome/bin/biome'), 'ci', '--error-on-warnings', '.']);
step('types', [bin('typescript/bin/tsc'), '-p', '.']);
step('types of core/ (pure: no Node types)', [bin('typescript/bin/tsc'), '-p', 'src/core']);
step('types of the console', [bin('typescript/bin/tsc'), '-p', 'ui']);
step('dead code (knip)', [bin('knip/bin/knip.js'), '--no-progress']);
if (!flags.includes('--checks-only')) {
  if (!ensureUiBuilt()) process.exit(1);
  process.stdout.write('\n── servers for tests\n');
  ensureTestServers();
  step(
    'tests',
    [
      '--disable-warning=ExperimentalWarning',
      `--import=${pathToFileURL(join(root, 'scripts', 'test-file-limit.mjs'))}`,
      '--test',
      '--test-reporter=spec',
      '--test-concurrency=2',
      '--test-timeout=120000',
      'src/**/*.test.ts',
      'test/**/*.test.ts',
      'ui/test/*.test.ts',
    ],
    flags.includes('--long') ? { TOLLGATE_TEST_LONG: '1' } : {},
  );
}
