/** A Prometheus of its own for a test, on a free port of the loopback (Debian's package `prometheus` brings it and promtool). */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';

/** The reason why tests that need it can't run here; false when they can. */
export const noPrometheus: string | false = ['prometheus', 'promtool'].every(
  (tool) => spawnSync(tool, ['--version']).status === 0,
)
  ? false
  : 'prometheus and promtool are not installed (apt-get install prometheus)';

export interface TestPrometheus {
  /** An answer's `data`; rejects with what Prometheus says is wrong. */
  ask<T>(path: string, query?: Record<string, string>): Promise<T>;
  stop(): Promise<void>;
}

/** Scrapes `target` (`host:port`) and evaluates the rules of `rulesFile` every second. */
export async function startPrometheus(target: string, rulesFile: string): Promise<TestPrometheus> {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-prometheus-'));
  const config = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: [rulesFile],
    scrape_configs: [{ job_name: 'tollgate', static_configs: [{ targets: [target] }] }],
  };
  writeFileSync(join(directory, 'prometheus.yml'), JSON.stringify(config));
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(
    'prometheus',
    [
      `--config.file=${join(directory, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=${address}`,
    ],
    { stdio: 'ignore' },
  );
  const ended = once(child, 'exit');
  const ask = async <T>(path: string, query: Record<string, string> = {}): Promise<T> => {
    const answer = await fetch(`http://${address}/api/v1/${path}?${new URLSearchParams(query)}`);
    const { status, data, error } = (await answer.json()) as { status: string; data: T; error?: string };
    if (status !== 'success') throw new Error(error);
    return data;
  };
  await eventually(() => ask('status/runtimeinfo'), 20_000);
  return {
    ask,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
