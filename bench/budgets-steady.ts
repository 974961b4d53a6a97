/**
 * `node bin/run.mjs bench/budgets-steady.ts`: CPU of a call's budgets at a steady 10,000 requests a second of one key, without HTTP:
 * key look-up, three budgets, the journal with the call's ledger entry; counted in memory beside over Redis with leases. Each side is a
 * process of its own, as a gateway is one or the other; they take turns, the ratio is of turns that follow each other, and what the
 * driver itself costs (a third process) is taken off both. `--rate 10000 --seconds 2 --rounds 15 --starts 3`.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startRedis } from '../src/storage/redis/redis-server.fixture.ts';
import { median } from './process-figures.ts';
import type { SteadyFigures, SteadyOrder } from './steady-side.ts';

const { values: flags } = parseArgs({
  options: {
    rate: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '15' },
    /** New processes so often: what the compiler makes of the same code differs from one to the next. */
    starts: { type: 'string', default: '3' },
  },
});
const order: SteadyOrder = { rate: Number(flags.rate), seconds: Number(flags.seconds) };

type Side = 'driver' | 'memory' | 'redis';
type Row = Record<Side, SteadyFigures>;

const redis = await startRedis();
const rows: Row[] = [];
for (let start = 0; start < Number(flags.starts); start++) await measure(Number(flags.rounds));
report();
await redis.stop();

async function open(side: Side): Promise<ChildProcess> {
  const child = fork(join(import.meta.dirname, 'steady-side.ts'), [side, redis.url], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  await once(child, 'message');
  return child;
}

async function turn(child: ChildProcess): Promise<SteadyFigures> {
  child.send(order);
  const [figures] = (await once(child, 'message')) as [SteadyFigures];
  return figures;
}

async function measure(rounds: number): Promise<void> {
  const sides = { driver: await open('driver'), memory: await open('memory'), redis: await open('redis') };
  // The compiler is done with the code by then.
  for (let warm = 0; warm < 2; warm++) for (const child of Object.values(sides)) await turn(child);
  for (let round = 0; round < rounds; round++) {
    // Each is first as often as the other.
    const first = round % 2 === 0 ? 'memory' : 'redis';
    const row: Partial<Row> = { driver: await turn(sides.driver), [first]: await turn(sides[first]) };
    const second = first === 'memory' ? 'redis' : 'memory';
    row[second] = await turn(sides[second]);
    rows.push(row as Row);
    const { driver, memory, redis: leased } = row as Row;
    const micros = [driver, memory, leased].map(({ cpu }) => cpu.toFixed(2)).join(', ');
    process.stderr.write(
      `round ${rows.length}: driver, memory, Redis ${micros} µs; ${leased.waited} waited\n`,
    );
  }
  for (const child of Object.values(sides)) {
    child.send('end');
    await once(child, 'exit');
  }
}

function report(): void {
  const own = (side: Side, row: Row) => row[side].cpu - row.driver.cpu;
  const of = (side: Side) => median(rows.map((row) => (side === 'driver' ? row.driver.cpu : own(side, row))));
  const ratios = rows.map((row) => own('redis', row) / own('memory', row)).sort((a, b) => a - b);
  const quartile = (n: number) => ratios[Math.floor((n * (ratios.length - 1)) / 4)]!.toFixed(2);
  const calls = rows.reduce((sum, row) => sum + row.redis.calls, 0);
  const waited = rows.reduce((sum, row) => sum + row.redis.waited, 0);
  const rate = calls / (rows.length * order.seconds);
  process.stdout.write(
    `at ${rate.toFixed(0)} requests a second of one key, ${rows.length} rounds: three budgets in memory ${of('memory').toFixed(2)} µs CPU a request, ` +
      `over Redis with leases ${of('redis').toFixed(2)} µs, ratio ${quartile(2)} (quartiles ${quartile(1)} to ${quartile(3)}; aim < 1.10), ` +
      `the driver's ${of('driver').toFixed(2)} µs taken off; ${waited} of ${calls} waited for the server\n`,
  );
}
