/** Settings of the service, with the original's defaults; its environment variables are read by `rls/settings.ts`. */

export interface RateLimitOptions {
  /** Only the overall code becomes OK; the statuses still say OVER_LIMIT. */
  globalShadowMode: boolean;
  /** Every descriptor counts as a quota descriptor, also those without a limit. */
  globalQuotaMode: boolean;
  /** For statistics: hits above this share of a limit are near it. */
  nearLimitRatio: number;
  /** Once one limit of a call is over, the others are not counted. */
  stopIncrementWhenOver: boolean;
  responseHeaders?: { limit: string; remaining: string; reset: string };
  dynamicMetadata: boolean;
  /** In front of every counter's key. */
  keyPrefix: string;
}

export const defaultRateLimitOptions: RateLimitOptions = {
  globalShadowMode: false,
  globalQuotaMode: false,
  nearLimitRatio: 0.8,
  stopIncrementWhenOver: false,
  dynamicMetadata: false,
  keyPrefix: '',
};
