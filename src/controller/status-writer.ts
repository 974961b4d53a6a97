/** Writes statuses that differ from what the objects carry; a status of somebody else's making on other fields is left. */
import { isDeepStrictEqual } from 'node:util';
import type { StatusWrite } from '../core/config/status-write.ts';
import type { ResourceSource } from '../storage/resource-source.ts';

export class StatusWriter {
  readonly #source: ResourceSource;

  constructor(source: ResourceSource) {
    this.#source = source;
  }

  async write(statuses: readonly StatusWrite[]): Promise<void> {
    for (const { object, status } of statuses) {
      const before = object['status'];
      if (isDeepStrictEqual(before, status) || isDeepStrictEqual(plain(before), plain(status))) continue;
      await this.#source.writeStatus(object, status);
    }
  }
}

/** Without members that are undefined, as JSON has them. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
