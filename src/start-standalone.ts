/** `--config FILE` of `tollgate up`: read, converted, watched. A file that is not valid keeps what it said before, and says so. */
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { convertStandalone, type Standalone } from './core/standalone/convert.ts';
import type { Fault } from './core/standalone/reader.ts';
import { watchConfigFiles } from './rls/config-files.ts';
import type { ShutdownStack } from './shutdown-stack.ts';
import { FileObjects } from './standalone/file-objects.ts';
import type { GatewayMetrics } from './telemetry/metrics.ts';

export interface StandaloneParts {
  options: { config?: string };
  env: NodeJS.ProcessEnv;
  metrics: Pick<GatewayMetrics, 'gauge'>;
  log: Record<'info' | 'warn' | 'error', (fields: object, message: string) => void>;
  stack: ShutdownStack;
}

export interface RunningStandalone {
  objects: FileObjects;
  /** Price catalogs that the file named at the start. */
  catalogs: string[];
}

/** Throws when the file is not valid at the start: nothing before it could stay in force. */
export async function startStandalone(parts: StandaloneParts): Promise<RunningStandalone> {
  const { options, metrics, log, stack } = parts;
  const objects = new FileObjects();
  const path = options.config;
  if (path === undefined) return { objects, catalogs: [] };
  // Only who has such a file pays for a YAML parser.
  const { parseDocument } = await import('yaml');
  const read = () => readStandalone(path, parts.env, (text) => parseDocument(text, { prettyErrors: false }));
  const take = ({ objects: next, warnings }: Standalone) => {
    for (const { path: field, message } of warnings)
      log.warn({ file: path, field }, `configuration: ${message}`);
    objects.replace(next, `${new Date().toISOString().slice(0, 19)}Z`);
  };
  const first = read();
  if (first.faults.length > 0) throw new Error(`--config ${path}:\n${faultText(first.faults)}`);
  take(first);
  let synchronized = 1;
  const reload = () => {
    const next = read();
    synchronized = next.faults.length === 0 ? 1 : 0;
    if (synchronized === 1) {
      take(next);
      log.info({ file: path, objects: next.objects.length }, 'the configuration file is in force');
    } else {
      const faults = next.faults.map(({ path: field, message }) => `${field}: ${message}`);
      log.error(
        { file: path, faults },
        'the configuration file was refused: what it said before stays in force',
      );
    }
  };
  const watch = watchConfigFiles(path, reload);
  stack.add(() => watch.close());
  metrics.gauge(
    'tollgate_config_synchronized',
    'Whether the configuration file, as it stands, is in force (1) or was refused (0).',
    async () => synchronized,
  );
  return { objects, catalogs: first.catalogs.map((file) => resolve(dirname(path), file)) };
}

type Parse = (text: string) => { errors: { message: string }[]; toJS(): unknown };

function readStandalone(path: string, env: NodeJS.ProcessEnv, parse: Parse): Standalone {
  const refused = (message: string): Standalone => ({
    objects: [],
    catalogs: [],
    warnings: [],
    faults: [{ path: '', message }],
  });
  try {
    const document = parse(readFileSync(path, 'utf8'));
    const [error] = document.errors;
    // A message that quotes the line could quote a key.
    if (error !== undefined) return refused(`is not YAML: ${error.message.replace(/: ".*$/s, '')}`);
    return convertStandalone(document.toJS(), {
      sha256: (text) => hash('sha256', text),
      env: (name) => env[name],
      readFile: (file) => readFileSync(resolve(dirname(path), file), 'utf8'),
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return refused(`cannot be read${code === undefined ? '' : `: ${code}`}`);
  }
}

function faultText(faults: readonly Fault[]): string {
  return faults.map(({ path, message }) => `  ${path}${path === '' ? '' : ': '}${message}`).join('\n');
}
