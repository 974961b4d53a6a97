/** What can go wrong with Postgres, in words that never hold the connection string, a statement or what was bound to it. */
import { StoreUnavailable } from '../store-unavailable.ts';

/** The server cannot be reached, does not answer in time or takes no writes now. */
export class PostgresUnavailable extends StoreUnavailable {
  override readonly name = 'PostgresUnavailable';
}

/** The server's refusal of one statement. */
export class PostgresRefusal extends Error {
  override readonly name = 'PostgresRefusal';
  /** SQLSTATE. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** SQLSTATE classes and codes of a server that is away, going away, full, read-only or does not let us in. */
const away = /^(08|28|53|57P|58|XX|25006|25P03|3D000)/;

/** Of an error of the client, without the statement and values that it carries. */
export function plainError(error: unknown): Error {
  if (error instanceof PostgresUnavailable || error instanceof PostgresRefusal) return error;
  if (!(error instanceof Error)) return new Error('Postgres: unknown fault');
  const code = String((error as { code?: unknown }).code ?? '');
  if (error.name === 'PostgresError' && !away.test(code))
    return new PostgresRefusal(code, `Postgres: ${error.message}`);
  return new PostgresUnavailable(`Postgres is not available: ${error.message || code}`);
}

/** Throws when it is not the address of a server. */
export function checkAddress(url: string): void {
  if (URL.canParse(url) && /^postgres(ql)?:$/.test(new URL(url).protocol)) return;
  // Without what was given: it may well hold the password.
  throw new Error(
    'the Postgres address is not of the form postgres://USER:PASSWORD@HOST:PORT/DATABASE (special characters in the password are written %XX)',
  );
}
