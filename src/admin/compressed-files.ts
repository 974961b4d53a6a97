/** Files of the console's build, compressed once each: their names change with their content. */
import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { extname } from 'node:path';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';

const compress = promisify(gzip);
const texts = new Set(['.css', '.js', '.json', '.map', '.svg']);

export class CompressedFiles {
  readonly #kept = new Map<string, Promise<Buffer>>();

  /** Undefined where it would not help. */
  read(path: string, size: number): Promise<Buffer> | undefined {
    // Smaller than a packet.
    if (!texts.has(extname(path)) || size < 1_400) return undefined;
    const kept = this.#kept.get(path);
    if (kept !== undefined) return kept;
    const made = readFile(path).then((bytes) => compress(bytes, { level: constants.Z_BEST_COMPRESSION }));
    this.#kept.set(path, made);
    made.catch(() => this.#kept.delete(path));
    return made;
  }
}

export function takesGzip({ headers }: IncomingMessage): boolean {
  return String(headers['accept-encoding'] ?? '')
    .split(',')
    .some((coding) => /^\s*(gzip|\*)\s*(;\s*q=(1|0?\.\d*[1-9]\d*))?\s*$/i.test(coding));
}
