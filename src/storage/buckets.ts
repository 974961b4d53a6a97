/** Contract of the stores behind local rate limits. */
import type { BucketAnswer, BucketTake } from '../core/ratelimit/token-bucket.ts';

export interface Buckets {
  /** In one atomic step; never waits. A store that has no room for another bucket does not allow. */
  take(take: BucketTake, nowSeconds: number): BucketAnswer;
}
