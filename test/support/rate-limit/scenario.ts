/** What is asked of the original and of ours, and what is noted of the answers. Plain data: it is kept as JSON. */
import type { JsonValue } from '@bufbuild/protobuf';

export type Step =
  /** ShouldRateLimit over gRPC, its request in protobuf's JSON. `copies`: so many of the last descriptor. */
  | { call: JsonValue; times?: number; copies?: number }
  /** Any gRPC call, byte by byte. `fill`: so many zero bytes follow. */
  | { raw: { path: string; hex: string; fill?: number; headers?: Record<string, string> } }
  | { http: HttpCall }
  /** The original has it on its debug port. Lines are sorted: their order is random there. */
  | { rules: true }
  | { nextSecond: true };

export interface HttpCall {
  method?: string;
  path: string;
  body?: string;
}

export interface Scenario {
  name: string;
  /** The original's environment variables. */
  settings?: Record<string, string>;
  /** Configuration files by their path below the directory. */
  files: Record<string, string>;
  steps: Step[];
  /** What ours answers otherwise, on purpose; `docs/rate-limits.md` tells it. Such a scenario is recorded and not compared. */
  differs?: string;
}

export interface Answer {
  /** Unix seconds of the call. */
  at: number;
  http?: number;
  status?: number;
  message?: string;
  response?: JsonValue;
  type?: string;
  text?: string;
}

export interface Recording extends Scenario {
  /** One for each step that asks, `times` unfolded. */
  answers: Answer[];
  /** Why the configuration was refused. */
  error?: string;
  /** `ratelimit_service_…` of Prometheus, without zeros and times. */
  metrics: Record<string, number>;
  /** Counters in Redis, with their expiry in seconds (jitter switched off). */
  keys: Record<string, { value: string; ttl: number }>;
}

/** Where a server that is compared listens. */
export interface Peer {
  grpcPort: number;
  httpPort: number;
  rulesUrl: string;
  /** Text of the last refused configuration. */
  error(): string | undefined;
  metrics(): Promise<string>;
  keys(): Promise<Recording['keys']>;
  /** Tells the time of the next step to a peer whose clock stands still. */
  setClock?(seconds: number): void;
  close(): Promise<void>;
}
