/** One thing that would be otherwise without an object. */

export type Effect =
  /** Nothing listens there any more; `detail` is the port. */
  | 'port-closes'
  /** No call reaches the route any more; `detail` is its Gateway. */
  | 'not-routed'
  /** Calls are refused; `detail` says why. */
  | 'refuses'
  /** Whoever comes is served, without a key. */
  | 'asks-no-key'
  /** A rule of authorization is gone; `detail` is its policy. */
  | 'allows-more'
  /** A rate limit is gone; `detail` is its policy. */
  | 'limits-less'
  /** Prompts and answers are looked at no more. */
  | 'guards-nothing'
  | 'key-stops'
  | 'budget-ends'
  /** A condition of its status turns false; `detail` has its message. */
  | 'not-in-force';

export interface Consequence {
  effect: Effect;
  kind: string;
  /** `namespace/name`; of a key in a Secret also its entry. */
  name: string;
  detail?: string;
}
