/**
 * Envoy's rate limit protocol as values: configuration, request and response of
 * `envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit` and of envoyproxy/ratelimit's YAML.
 */

export type LimitUnit = 'second' | 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year';

/** Each domain once, with its descriptor tree. Plain data: it crosses a thread border with the snapshot. */
export interface RateLimitConfig {
  domains: {
    name: string;
    descriptors: DescriptorNode[];
    /** The place that it was read from. */
    source?: string;
  }[];
}

export interface DescriptorNode {
  key: string;
  value?: string;
  limit?: RateLimit;
  shadowMode: boolean;
  quotaMode: boolean;
  detailedMetric: boolean;
  valueToMetric: boolean;
  shareThreshold: boolean;
  metadata?: Record<string, unknown>;
  descriptors: DescriptorNode[];
}

export interface RateLimit {
  requestsPerUnit: number;
  unit: LimitUnit;
  unlimited: boolean;
  name: string;
  replaces: string[];
}

export interface RateLimitRequest {
  domain: string;
  descriptors: RateLimitDescriptor[];
  /** 0 or absent counts 1, unless a descriptor says otherwise. */
  hitsAddend?: number;
}

export interface RateLimitDescriptor {
  entries: { key: string; value: string }[];
  limitOverride?: { requestsPerUnit: number; unit: LimitUnit };
  /** 0 checks without counting. With `isNegativeHits` the amount is given back, never below zero. */
  hitsAddend?: number;
  isNegativeHits?: boolean;
}

export type Code = 'OK' | 'OVER_LIMIT';

export interface DescriptorStatus {
  code: Code;
  currentLimit?: { requestsPerUnit: number; unit: LimitUnit; name: string };
  limitRemaining: number;
  /** Whole seconds, 1..unit; absent when no limit applied. */
  durationUntilResetSeconds?: number;
}

export interface RateLimitResponse {
  overallCode: Code;
  statuses: DescriptorStatus[];
  responseHeadersToAdd: { key: string; value: string }[];
  /** google.protobuf.Struct as JSON; only where the service is told to add it. */
  dynamicMetadata?: Record<string, unknown>;
}

/**
 * Answers ShouldRateLimit. The embedded service, the gRPC client of another one, and tests implement it.
 * Rejects with `RateLimitUnavailable` when no answer can be had; the caller applies its failure mode.
 * A synchronous answer keeps the data path free of a microtask.
 */
export interface RateLimitService {
  shouldRateLimit(request: RateLimitRequest): RateLimitResponse | Promise<RateLimitResponse>;
}

export class RateLimitUnavailable extends Error {
  override readonly name = 'RateLimitUnavailable';
}
