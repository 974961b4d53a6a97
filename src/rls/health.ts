/** grpc.health.v1.Health: `""` is the server, `ratelimit` the service with what it needs. */
import { GrpcError, grpcStatus } from './grpc-status.ts';
import { tagOf, WireReader, wire } from './wire-reader.ts';

const serving = 1;
const notServing = 2;
const serviceUnknown = 3;

export class Health {
  readonly #isReady: () => boolean;
  readonly #watchers = new Set<() => void>();
  #stopping = false;

  /** `isReady`: whether the service could answer; asked at every check. */
  constructor(isReady: () => boolean = () => true) {
    this.#isReady = isReady;
  }

  get isServing(): boolean {
    return !this.#stopping && this.#isReady();
  }

  /** From now on the service says that it is not serving. */
  stop(): void {
    this.#stopping = true;
    this.changed();
  }

  /** Tells watchers, after something that `isReady` looks at may have changed. */
  changed(): void {
    for (const watcher of this.#watchers) watcher();
  }

  check(service: string): Uint8Array {
    const status = this.#statusOf(service);
    if (status === serviceUnknown) throw new GrpcError(grpcStatus.NOT_FOUND, 'unknown service');
    return Uint8Array.of(0x08, status);
  }

  /** Sends the status now and whenever it changes, until the returned function is called. */
  watch(service: string, send: (message: Uint8Array) => void): () => void {
    let told: number | undefined;
    const tell = () => {
      const status = this.#statusOf(service);
      if (status === told) return;
      told = status;
      send(Uint8Array.of(0x08, status));
    };
    this.#watchers.add(tell);
    tell();
    return () => this.#watchers.delete(tell);
  }

  #statusOf(service: string): number {
    if (service === '') return serving;
    if (service !== 'ratelimit') return serviceUnknown;
    return this.isServing ? serving : notServing;
  }
}

const serviceTag = tagOf(1, wire.bytes);

/** HealthCheckRequest.service. */
export function healthService(message: Uint8Array): string {
  const reader = new WireReader(message);
  let service = '';
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    if (tag === serviceTag) service = reader.text();
    else reader.skip(tag);
  }
  return service;
}
