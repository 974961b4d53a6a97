/**
 * Which of the replicas speaks for all: a lease in one row, by the server's clock. A leader that hears nothing from the server stops
 * being one before anybody else can begin.
 */
import type { PostgresConnection } from './connection.ts';

const leaseSeconds = 10;
const renewMs = 3_000;
const timeoutMs = 2_000;

export class Leadership {
  readonly #connection: PostgresConnection;
  readonly #replica: string;
  readonly #onGained: () => void;
  #until = -Infinity;
  #timer: NodeJS.Timeout | undefined;

  /** `onGained` is told whenever this replica has become the leader. */
  constructor(connection: PostgresConnection, replica: string, onGained: () => void) {
    this.#connection = connection;
    this.#replica = replica;
    this.#onGained = onGained;
  }

  isLeader(): boolean {
    return performance.now() < this.#until;
  }

  async start(): Promise<void> {
    await this.#renew();
    const renew = async () => {
      await this.#renew();
      if (this.#timer !== undefined) this.#timer = setTimeout(renew, renewMs);
    };
    this.#timer = setTimeout(renew, renewMs);
  }

  /** The next leader need not wait for the lease to end. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.isLeader()) return;
    this.#until = -Infinity;
    await this.#connection
      .run(
        (session) => session.query('DELETE FROM tollgate.leader WHERE replica = $1', [this.#replica]),
        timeoutMs,
      )
      .catch(() => {});
  }

  async #renew(): Promise<void> {
    const before = this.isLeader();
    const asked = performance.now();
    const rows = await this.#connection
      .run(
        (session) =>
          session.query(
            `INSERT INTO tollgate.leader VALUES (1, $1, now() + interval '${leaseSeconds} seconds')
             ON CONFLICT (id) DO UPDATE SET replica = excluded.replica, until = excluded.until
             WHERE leader.replica = excluded.replica OR leader.until < now() RETURNING replica`,
            [this.#replica],
          ),
        timeoutMs,
      )
      .catch(() => undefined);
    // Not reached: the lease runs on, and out.
    if (rows === undefined) return;
    this.#until = rows.length > 0 ? asked + leaseSeconds * 1_000 : -Infinity;
    if (!before && this.isLeader()) this.#onGained();
  }
}
