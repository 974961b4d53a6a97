/** Writes statuses that differ from what the objects carry; a status of somebody else's making on other fields is left. */
import { isDeepStrictEqual } from 'node:util';
import type { StatusWrite } from '../core/config/status-write.ts';
import type { ResourceSource } from '../storage/resource-source.ts';

type Target = Pick<ResourceSource, 'writeStatus' | 'writeStatuses'>;

export class StatusWriter {
  readonly #source: Target;

  constructor(source: Target) {
    this.#source = source;
  }

  async write(statuses: readonly StatusWrite[]): Promise<void> {
    const changed = statuses.filter(({ object, status }) => {
      const before = object['status'];
      return !isDeepStrictEqual(before, status) && !isDeepStrictEqual(plain(before), plain(status));
    });
    if (changed.length > 1 && this.#source.writeStatuses !== undefined)
      await this.#source.writeStatuses(changed);
    else for (const { object, status } of changed) await this.#source.writeStatus(object, status);
  }
}

/** Without members that are undefined, as JSON has them. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
