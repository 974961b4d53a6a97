// Postgres and Redis for the tests that start servers of their own: installed where this is root on a machine with apt (a fresh CI
// machine), else those tests are skipped, and a line says so. By hand: `node scripts/test-servers.mjs`; TOLLGATE_TEST_INSTALL=0: never.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const clusterSettings = '/etc/postgresql-common/createcluster.conf';

const servers = [
  {
    name: 'Postgres',
    isThere: () => versionsOf('/usr/lib/postgresql').length > 0 || isInPath('initdb'),
    // The tests make clusters of their own: none of the machine's is wanted.
    prepare: () => {
      if (existsSync(clusterSettings)) return;
      mkdirSync(dirname(clusterSettings), { recursive: true });
      writeFileSync(clusterSettings, 'create_main_cluster = false\n');
    },
    packages: ['postgresql'],
  },
  { name: 'Redis', isThere: () => isInPath('redis-server'), prepare: () => {}, packages: ['redis-server'] },
];

/** Says of each server that is missing what becomes of it; true when all are there. */
export function ensureTestServers(say = (line) => process.stdout.write(`${line}\n`)) {
  const missing = servers.filter(({ isThere }) => !isThere());
  if (missing.length === 0) return true;
  const hindrance = hindranceToInstall();
  if (hindrance === undefined && run('apt-get', ['update', '-qq']))
    for (const server of missing) install(server, say);
  const still = missing.filter(({ isThere }) => !isThere());
  for (const { name, packages } of still)
    say(
      `SKIPPED: tests that need ${name}: it is not installed (${hindrance ?? 'apt-get failed'}; by hand: apt-get install ${packages.join(' ')})`,
    );
  return still.length === 0;
}

function hindranceToInstall() {
  if (process.env.TOLLGATE_TEST_INSTALL === '0') return 'TOLLGATE_TEST_INSTALL is 0';
  if (process.getuid?.() !== 0) return 'this is not root';
  return isInPath('apt-get') ? undefined : 'there is no apt-get';
}

function install({ name, packages, prepare }, say) {
  say(`installing ${name} for the tests (apt-get install ${packages.join(' ')}) …`);
  prepare();
  run('apt-get', [
    'install',
    '-y',
    '-qq',
    '--no-install-recommends',
    '-o',
    'Dpkg::Options::=--force-confold',
    ...packages,
  ]);
}

function run(command, args) {
  // No service is started where a policy says so; the servers of the tests are their own.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  return spawnSync(command, args, { stdio: ['ignore', 2, 2], env }).status === 0;
}

function versionsOf(root) {
  return existsSync(root)
    ? readdirSync(root).filter((version) => existsSync(join(root, version, 'bin/postgres')))
    : [];
}

function isInPath(name) {
  return (process.env.PATH ?? '').split(':').some((place) => existsSync(join(place, name)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exit(ensureTestServers() ? 0 : 1);
