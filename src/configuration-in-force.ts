/** What the controller publishes goes to the data path, and is kept for whoever shows what is in force. */
import type { InForce } from './admin/context.ts';
import type { ControllerOptions } from './controller/controller.ts';
import type { SharedKey, Snapshot } from './core/config/snapshot.ts';
import type { DataPlane } from './data-plane.ts';

const nothing: InForce = {
  keySets: {},
  findKey: () => undefined,
  budgets: [],
  binds: [],
  backends: {},
  served: new Set(),
};

export class ConfigurationInForce {
  now: InForce = nothing;
  #tracing: Snapshot['tracing'];

  get tracing(): Snapshot['tracing'] {
    return this.#tracing;
  }

  /** `taken` is told of each snapshot before it is in force; `findKey` finds those that the controller has published. */
  publishing(
    plane: Pick<DataPlane, 'publish' | 'publishKeys'>,
    taken: (snapshot: Snapshot) => void,
    findKey: (sha256: string) => SharedKey | undefined,
  ): Pick<ControllerOptions, 'publish' | 'publishKeys'> {
    return {
      publish: async (snapshot) => {
        taken(snapshot);
        this.#tracing = snapshot.tracing;
        const { keySets, budgets, binds, backends } = snapshot;
        const inForce = { keySets, findKey, budgets, binds, backends };
        this.now = { ...inForce, served: this.now.served };
        const failed = await plane.publish(snapshot);
        const served = new Set(binds.map(({ port }) => port).filter((port) => !(port in failed)));
        this.now = { ...inForce, served };
        return failed;
      },
      publishKeys: async (changes) => {
        if (changes.length > 0) await plane.publishKeys(changes);
      },
    };
  }
}
