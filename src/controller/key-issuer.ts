/** Makes the values that VirtualKeys ask for (`issueTo`): written once into their Secret, kept nowhere else. */
import { issuedEntry, type KeyToIssue } from '../core/config/virtual-key-value.ts';
import type { ResourceSource } from '../storage/resource-source.ts';

export class KeyIssuer {
  readonly #source: ResourceSource;
  readonly #newValue: () => string;
  readonly #collects: boolean;

  /** `collects`: nobody else (a cluster's garbage collector) removes the Secrets of keys that are gone. */
  constructor(source: ResourceSource, newValue: () => string, collects: boolean) {
    this.#source = source;
    this.#newValue = newValue;
    this.#collects = collects;
  }

  /** The Secret goes with its VirtualKey. That it is there wakes the controller, which takes its value into force. */
  async issue(keys: readonly KeyToIssue[]): Promise<void> {
    for (const { namespace, secretName, owner } of keys) {
      const { apiVersion, kind, metadata } = owner;
      await this.#source.ensure({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: {
          name: secretName,
          namespace,
          ownerReferences: [{ apiVersion, kind, name: metadata.name, uid: metadata.uid! }],
        },
        type: 'Opaque',
        data: { [issuedEntry]: Buffer.from(this.#newValue()).toString('base64') },
      });
    }
  }
  /** A value whose key was deleted must not wait for a new key of the same name. */
  async collect(): Promise<void> {
    if (!this.#collects) return;
    for (const { metadata } of [...this.#source.list('', 'Secret')]) {
      const owner = metadata.ownerReferences?.find(({ kind }) => kind === 'VirtualKey');
      if (owner === undefined) continue;
      const { namespace, name } = metadata;
      const live = this.#source.get({
        group: 'tollgate.dev',
        kind: owner.kind,
        namespace: namespace!,
        name: owner.name,
      });
      if (live?.metadata.uid === owner.uid) continue;
      await this.#source.remove({ group: '', kind: 'Secret', namespace: namespace!, name });
    }
  }
}
