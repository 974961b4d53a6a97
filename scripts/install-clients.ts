/**
 * Installs the command-line tools that test/cli-clients.test.ts drives, at pinned versions, into node_modules/.cache: they are
 * hundreds of megabytes and no dependency of Tollgate. By hand: `node bin/run.mjs scripts/install-clients.ts`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const versions = { '@anthropic-ai/claude-code': '2.1.332', '@openai/codex': '0.169.0' };
const folder = join(import.meta.dirname, '..', 'node_modules', '.cache', 'tollgate-clients');
const stamp = join(folder, 'installed.json');
const wanted = JSON.stringify(versions);
const giveUpMs = 100_000;

/** Scripts that Node runs; Claude Code's is the one for installations without install scripts. */
const tools = {
  claude: join(folder, 'node_modules/@anthropic-ai/claude-code/cli-wrapper.cjs'),
  codex: join(folder, 'node_modules/@openai/codex/bin/codex.js'),
};

/** The scripts to run, or why there are none (no registry in reach, no build for this machine). */
export function installClients(): typeof tools | { failed: string } {
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return tools;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  const packages = Object.entries(versions).map(([name, version]) => `${name}@${version}`);
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-progress', '--fetch-retries=1'];
  const done = spawnSync('npm', ['install', ...flags, ...packages], {
    cwd: folder,
    encoding: 'utf8',
    timeout: giveUpMs,
  });
  if (done.status !== 0)
    return { failed: (done.error?.message ?? done.stderr).trim().split('\n').slice(0, 3).join(' ') };
  for (const script of Object.values(tools)) {
    const tried = spawnSync(process.execPath, [script, '--version'], { encoding: 'utf8' });
    if (tried.status !== 0) return { failed: `${script} does not run here: ${tried.stderr}` };
  }
  writeFileSync(stamp, wanted);
  return tools;
}

if (import.meta.main) {
  const result = installClients();
  process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
  process.exit('failed' in result ? 1 : 0);
}
