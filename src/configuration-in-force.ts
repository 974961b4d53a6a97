/** What the controller publishes goes to the data path, and is kept for whoever shows what is in force. */
import type { InForce } from './admin/context.ts';
import type { ControllerOptions } from './controller/controller.ts';
import type { SharedKey, Snapshot } from './core/config/snapshot.ts';
import type { DataPlane } from './data-plane.ts';

export class ConfigurationInForce {
  now: InForce & Pick<Snapshot, 'tracing'> = { keySets: {}, budgets: [], findKey: () => undefined };

  get tracing(): Snapshot['tracing'] {
    return this.now.tracing;
  }

  /** `taken` is told of each snapshot before it is in force; `findKey` finds those that the controller has published. */
  publishing(
    plane: DataPlane,
    taken: (snapshot: Snapshot) => void,
    findKey: (sha256: string) => SharedKey | undefined,
  ): Pick<ControllerOptions, 'publish' | 'publishKeys'> {
    return {
      publish: (snapshot) => {
        taken(snapshot);
        this.now = { ...snapshot, findKey };
        return plane.publish(snapshot);
      },
      publishKeys: async (changes) => {
        if (changes.length > 0) await plane.publishKeys(changes);
      },
    };
  }
}
