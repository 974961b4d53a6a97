/**
 * Contract of reading and writing resources as a person does: admitted and validated like any other client's, for the admin
 * API. The embedded API server and a real cluster implement it.
 */
import type { KubeObject, ObjectRef } from '../core/resources/object.ts';
import type { KeyDirectory } from './key-directory.ts';

export interface ResourceAccess {
  /** VirtualKeys are found here: to list them may take long. */
  readonly keys: KeyDirectory;
  /** Current objects of one kind; they must not be changed. */
  list(group: string, kind: string): readonly KubeObject[];
  get(ref: ObjectRef): KubeObject | undefined;
  /** Returns what is stored; of a dry run what would be. Throws `ResourceRefused`. */
  create(object: KubeObject, options?: { dryRun?: boolean }): Promise<KubeObject>;
  /**
   * Creates all that can be in one step, which is much quicker than one by one. In their order: what is stored, or why not. Without
   * effect when it throws.
   */
  createAll(objects: readonly KubeObject[]): Promise<(KubeObject | ResourceRefused)[]>;
  /** Replaces spec, labels and annotations. A `metadata.resourceVersion` that is not the live one is a conflict (409). */
  update(object: KubeObject, options?: { dryRun?: boolean }): Promise<KubeObject>;
  /** Throws `ResourceRefused` (404) when it is not there. */
  delete(ref: ObjectRef): Promise<void>;
}

export interface RefusalCause {
  /** Path in the object: `spec.limits.concurrency`, `metadata.name`. */
  field: string;
  message: string;
}

/** What was written is not accepted: HTTP status 400, 403, 404, 409 or 422, with a cause per field where fields are wrong. */
export class ResourceRefused extends Error {
  override readonly name = 'ResourceRefused';
  readonly code: number;
  /** One word, as Kubernetes has it: `AlreadyExists`, `Conflict`, `Invalid`, … */
  readonly reason: string;
  readonly causes: readonly RefusalCause[];

  constructor(code: number, reason: string, message: string, causes: readonly RefusalCause[] = []) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.causes = causes;
  }
}
