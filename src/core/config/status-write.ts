/** What compiling found out about one object, to be written to its `status`. */
import type { KubeObject } from '../resources/object.ts';

export interface StatusWrite {
  object: KubeObject;
  status: Record<string, unknown>;
}
