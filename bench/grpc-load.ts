/**
 * Load for one gRPC method over one connection, in a process of its own and cheap enough not to disturb: HTTP/2 frames written and
 * read by hand, answers told apart by their stream alone. Driven by messages of the parent: see `LoadOrder`.
 */
import { connect, type Socket } from 'node:net';

export interface LoadOrder {
  port: number;
  path: string;
  /** Messages (base64), sent in turn. */
  messages: string[];
  calls: number;
  /** Calls in flight, each followed by the next; or calls a second, begun when they are due. */
  inFlight?: number;
  perSecond?: number;
}

export interface LoadFigures {
  calls: number;
  failures: number;
  seconds: number;
  /** Milliseconds; what the generator itself was away is not in them. */
  p50: number;
  p90: number;
  p99: number;
  p999: number;
  max: number;
  /** How long the generator was away, in all and at most. */
  ownPausesMs: number;
  longestOwnPauseMs: number;
}

const frameTypes = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, goAway: 7, windowUpdate: 8 };
const flags = { endStream: 1, ack: 1, endHeaders: 4 };
const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const ownPauseMs = 0.2;
const stuckMs = 10_000;

function frame(type: number, flag: number, stream: number, payload: Uint8Array): Buffer {
  const bytes = Buffer.alloc(9 + payload.length);
  bytes.writeUIntBE(payload.length, 0, 3);
  bytes[3] = type;
  bytes[4] = flag;
  bytes.writeUInt32BE(stream, 5);
  bytes.set(payload, 9);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** The first call's fields go into the table of the connection, as clients do it; those after it name their places. */
function headerBlocks(path: string): [first: Buffer, next: Buffer] {
  const text = (value: string) => Buffer.concat([Buffer.of(value.length), Buffer.from(value)]);
  const first = Buffer.concat([
    Buffer.of(0x83, 0x86, 0x44),
    text(path),
    Buffer.of(0x41),
    text('localhost'),
    Buffer.of(0x5f),
    text('application/grpc'),
    Buffer.of(0x40),
    text('te'),
    text('trailers'),
  ]);
  return [first, Buffer.of(0x83, 0x86, 0x80 | 65, 0x80 | 64, 0x80 | 63, 0x80 | 62)];
}

class Connection {
  readonly #socket: Socket;
  readonly #messages: Buffer[];
  readonly #next: Buffer;
  #first: Buffer | undefined;
  #stream = 1;
  #sendable = 65_535;
  #buffered: Buffer = Buffer.alloc(0);
  #out: Buffer[] = [];
  readonly #answered = new Set<number>();
  readonly onEnd: (stream: number, ok: boolean) => void;

  constructor(socket: Socket, order: LoadOrder, onEnd: (stream: number, ok: boolean) => void) {
    this.#socket = socket;
    this.onEnd = onEnd;
    this.#messages = order.messages.map((text) => {
      const message = Buffer.from(text, 'base64');
      const head = Buffer.alloc(5);
      head.writeUInt32BE(message.length, 1);
      return Buffer.concat([head, message]);
    });
    [this.#first, this.#next] = headerBlocks(order.path);
    const largest = 0x7fff_ffff;
    // SETTINGS_INITIAL_WINDOW_SIZE, so that answers need no credit.
    const settings = Buffer.concat([Buffer.of(0, 4), uint32(largest)]);
    socket.write(
      Buffer.concat([
        preface,
        frame(frameTypes.settings, 0, 0, settings),
        frame(frameTypes.windowUpdate, 0, 0, uint32(largest - 65_535)),
      ]),
    );
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
  }

  get state(): string {
    return `${this.#sendable} bytes may be sent, ${this.#buffered.length} are read in part`;
  }

  get canSend(): boolean {
    return this.#sendable > 4_096;
  }

  /** Begins call `n`; sent with `flush`. */
  begin(n: number): number {
    const stream = this.#stream;
    this.#stream += 2;
    const body = this.#messages[n % this.#messages.length]!;
    const block = this.#first ?? this.#next;
    this.#first = undefined;
    this.#sendable -= body.length;
    this.#out.push(frame(frameTypes.headers, flags.endHeaders, stream, block));
    this.#out.push(frame(frameTypes.data, flags.endStream, stream, body));
    return stream;
  }

  flush(): void {
    if (this.#out.length === 0) return;
    this.#socket.write(this.#out.length === 1 ? this.#out[0]! : Buffer.concat(this.#out));
    this.#out = [];
  }

  #read(chunk: Buffer): void {
    const bytes = this.#buffered.length === 0 ? chunk : Buffer.concat([this.#buffered, chunk]);
    let at = 0;
    while (bytes.length - at >= 9) {
      const end = at + 9 + bytes.readUIntBE(at, 3);
      if (end > bytes.length) break;
      this.#take(bytes[at + 3]!, bytes[at + 4]!, bytes.readUInt32BE(at + 5), bytes.subarray(at + 9, end));
      at = end;
    }
    this.#buffered = bytes.subarray(at);
    this.flush();
  }

  #take(type: number, flag: number, stream: number, payload: Buffer): void {
    if (type === frameTypes.windowUpdate && stream === 0) this.#sendable += payload.readUInt32BE(0);
    else if (type === frameTypes.settings && !(flag & flags.ack))
      this.#out.push(frame(frameTypes.settings, flags.ack, 0, Buffer.alloc(0)));
    else if (type === frameTypes.ping && !(flag & flags.ack))
      this.#out.push(frame(frameTypes.ping, flags.ack, 0, payload));
    else if (type === frameTypes.goAway) throw new Error('the server went away');
    else if (type === frameTypes.reset) this.onEnd(stream, false);
    else if (type === frameTypes.data || type === frameTypes.headers) {
      // A status without a message is an error.
      if (type === frameTypes.data) this.#answered.add(stream);
      if (flag & flags.endStream) this.onEnd(stream, this.#answered.delete(stream));
    }
  }
}

/** Looks at the clock all the time: a gap is a time in which neither sending nor receiving was possible. */
class OwnPauses {
  #last = performance.now();
  readonly gaps: { from: number; to: number }[] = [];

  look(now: number): void {
    if (now - this.#last > ownPauseMs) this.gaps.push({ from: this.#last, to: now });
    this.#last = now;
  }

  /** Milliseconds of an interval in which the generator was away; intervals come by their ends. */
  within(from: number, to: number): number {
    let sum = 0;
    for (let at = this.gaps.length - 1; at >= 0; at--) {
      const gap = this.gaps[at]!;
      if (gap.to < from) break;
      sum += Math.max(0, Math.min(to, gap.to) - Math.max(from, gap.from));
    }
    return sum;
  }
}

function run(order: LoadOrder): Promise<LoadFigures> {
  return new Promise((resolve, reject) => {
    const socket = connect(order.port, '127.0.0.1');
    socket.setNoDelay(true);
    socket.on('error', reject);
    const times: number[] = [];
    const begun = new Map<number, number>();
    const pauses = new OwnPauses();
    let failures = 0;
    let sent = 0;
    let started = 0;
    const connection = new Connection(socket, order, (stream, ok) => {
      const now = performance.now();
      pauses.look(now);
      const from = begun.get(stream);
      // A reset may follow what ended a call already.
      if (from === undefined) return;
      begun.delete(stream);
      times.push(now - from - pauses.within(from, now));
      if (!ok) failures++;
    });
    const begin = () => {
      const from = performance.now();
      begun.set(connection.begin(sent++), from);
    };
    let progress = { at: performance.now(), ended: 0 };
    const step = () => {
      const now = performance.now();
      pauses.look(now);
      if (times.length !== progress.ended) progress = { at: now, ended: times.length };
      else if (now - progress.at > stuckMs)
        throw new Error(`stuck: ${times.length} of ${sent} calls ended; ${connection.state}`);
      if (times.length >= order.calls) {
        socket.destroy();
        resolve(figures(times, failures, (now - started) / 1_000, pauses));
        return;
      }
      const due =
        order.perSecond === undefined
          ? times.length + order.inFlight!
          : Math.floor(((now - started) / 1_000) * order.perSecond);
      while (sent < Math.min(due, order.calls) && connection.canSend) begin();
      connection.flush();
      setImmediate(step);
    };
    socket.on('connect', () => {
      started = performance.now();
      step();
    });
  });
}

function figures(times: number[], failures: number, seconds: number, { gaps }: OwnPauses): LoadFigures {
  const sorted = Float64Array.from(times).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
  const lengths = gaps.map(({ from, to }) => to - from);
  return {
    calls: times.length,
    failures,
    seconds,
    p50: at(0.5),
    p90: at(0.9),
    p99: at(0.99),
    p999: at(0.999),
    max: at(1),
    ownPausesMs: lengths.reduce((sum, one) => sum + one, 0),
    longestOwnPauseMs: Math.max(0, ...lengths),
  };
}

if (process.send !== undefined) {
  process.on('disconnect', () => process.exit(0));
  process.on('message', (order: LoadOrder) => {
    void run(order).then((told) => process.send!(told));
  });
}
