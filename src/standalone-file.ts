/** `up --config FILE`: agentgateway's standalone configuration, kept in force as resources while the file changes. */
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import type { RegistryContext } from './apiserver/registry/context.ts';
import { replaceObjects } from './apiserver/replace-objects.ts';
import { watchConfigFiles } from './config-files/watch.ts';
import { convertStandalone, type StandaloneConfig } from './core/standalone/convert.ts';
import { ownerLabel } from './core/standalone/names.ts';
import type { StandaloneFault } from './core/standalone/reader.ts';
import type { ShutdownStack } from './shutdown-stack.ts';

interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** A document that is not in force, in one line per fault. */
export class StandaloneInvalid extends Error {
  override readonly name = 'StandaloneInvalid';
}

/** Throws `StandaloneInvalid` or why the file cannot be read; a later change that is not valid leaves what is in force. */
export async function keepStandalone(
  path: string,
  registry: RegistryContext,
  log: Log,
  stack: ShutdownStack,
): Promise<void> {
  const take = async () => {
    const config = readStandalone(path, process.env);
    await apply(path, registry, config);
    for (const { path: at, message } of config.notes) log.warn({ file: path, field: at }, message);
  };
  await take();
  // One after the other, so that the last state of the file is the one that stays.
  let last: Promise<void> = Promise.resolve();
  const watch = watchConfigFiles(path, () => {
    last = last.then(take).then(
      () => log.info({ file: path }, 'standalone configuration in force'),
      (error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        log.error({ file: path, reason }, 'standalone configuration refused: the one before stays in force');
      },
    );
  });
  stack.add(() => watch.close());
}

/** Throws `StandaloneInvalid`, or why the file cannot be read. */
export function readStandalone(path: string, env: NodeJS.ProcessEnv): StandaloneConfig {
  const lines = new LineCounter();
  // The document holds keys: an error must not quote it.
  const document = parseDocument(readFileSync(path, 'utf8'), { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line } = lines.linePos(error.pos[0]);
    throw new StandaloneInvalid(`${path}:${line}: ${error.message.replace(/: ".*$/s, '')}`);
  }
  const directory = dirname(resolve(path));
  const result = convertStandalone(document.toJS(), {
    env: (name) => env[name],
    readFile: (name) => readFileSync(resolve(directory, name), 'utf8'),
    sha256: (text) => hash('sha256', text),
  });
  if ('faults' in result) throw new StandaloneInvalid(linesOf(path, result.faults));
  return result.config;
}

async function apply(path: string, registry: RegistryContext, { objects }: StandaloneConfig): Promise<void> {
  const [label] = Object.entries(ownerLabel);
  try {
    await registry.store.write(() => replaceObjects(registry, label!, objects));
  } catch (error) {
    // The API's own validation: a CEL expression, a name that is too long.
    throw new StandaloneInvalid(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function linesOf(path: string, faults: readonly StandaloneFault[]): string {
  return faults.map((fault) => `${path}: ${fault.path} ${fault.message}`).join('\n');
}
