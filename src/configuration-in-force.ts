/** What the controller publishes goes to the data path, and is kept for whoever shows what is in force. */
import type { InForce } from './admin/context.ts';
import type { ControllerOptions } from './controller/controller.ts';
import { joinKeys } from './core/config/keys-in-force.ts';
import type { SharedKey, Snapshot } from './core/config/snapshot.ts';
import type { DataPlane } from './data-plane.ts';

export class ConfigurationInForce {
  now: InForce = { keySets: {}, budgets: [] };
  #snapshot: InForce & Pick<Snapshot, 'tracing'> = this.now;

  get tracing(): Snapshot['tracing'] {
    return this.#snapshot.tracing;
  }

  /** `taken` is told of each snapshot before it is in force; `keys` are those that the controller has published. */
  publishing(
    plane: DataPlane,
    taken: (snapshot: Snapshot) => void,
    keys: () => Iterable<SharedKey>,
  ): Pick<ControllerOptions, 'publish' | 'publishKeys'> {
    const renew = () => {
      this.now = { ...this.#snapshot, keySets: joinKeys(this.#snapshot.keySets, keys) };
    };
    return {
      publish: (snapshot) => {
        taken(snapshot);
        this.#snapshot = snapshot;
        renew();
        return plane.publish(snapshot);
      },
      publishKeys: async (changes) => {
        if (changes.length === 0) return;
        renew();
        await plane.publishKeys(changes);
      },
    };
  }
}
