/** Contract of VirtualKeys that are kept outside of memory and read when asked for. */
import type { KubeObject } from '../core/resources/object.ts';
import type { KeyDirectory } from './key-directory.ts';

/** Where a page begins, in the order of namespace and name. */
export interface PageStart {
  /** Only of this one. */
  namespace?: string;
  after?: { namespace: string; name: string };
  limit: number;
}

export interface StoredKeys extends KeyDirectory {
  get(name: { namespace?: string; name: string }): KubeObject | undefined;
  page(start: PageStart): KubeObject[];
}
