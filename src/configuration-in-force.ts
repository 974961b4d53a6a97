/** What the controller publishes goes to the data path, and is kept for whoever shows what is in force. */
import type { InForce } from './admin/context.ts';
import type { ControllerOptions } from './controller/controller.ts';
import { joinKeys } from './core/config/keys-in-force.ts';
import type { SharedKey, Snapshot } from './core/config/snapshot.ts';
import type { DataPlane } from './data-plane.ts';

const nothing: InForce = { keySets: {}, budgets: [], binds: [], backends: {}, served: new Set() };

export class ConfigurationInForce {
  now: InForce = nothing;
  #snapshot: Omit<InForce, 'served'> & Pick<Snapshot, 'tracing'> = nothing;
  #served: ReadonlySet<number> = nothing.served;

  get tracing(): Snapshot['tracing'] {
    return this.#snapshot.tracing;
  }

  /** `taken` is told of each snapshot before it is in force; `keys` are those that the controller has published. */
  publishing(
    plane: Pick<DataPlane, 'publish' | 'publishKeys'>,
    taken: (snapshot: Snapshot) => void,
    keys: () => Iterable<SharedKey>,
  ): Pick<ControllerOptions, 'publish' | 'publishKeys'> {
    const renew = () => {
      const { keySets, budgets, binds, backends } = this.#snapshot;
      this.now = { keySets: joinKeys(keySets, keys), budgets, binds, backends, served: this.#served };
    };
    return {
      publish: async (snapshot) => {
        taken(snapshot);
        this.#snapshot = snapshot;
        renew();
        const failed = await plane.publish(snapshot);
        this.#served = new Set(snapshot.binds.map(({ port }) => port).filter((port) => !(port in failed)));
        this.now = { ...this.now, served: this.#served };
        return failed;
      },
      publishKeys: async (changes) => {
        if (changes.length === 0) return;
        renew();
        await plane.publishKeys(changes);
      },
    };
  }
}
