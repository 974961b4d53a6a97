/** A refusal of the admin API: answered as `{"error": {code, message, field?}}`. */
import type { RefusalCause, ResourceRefused } from '../storage/resource-access.ts';

export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  /** One word for machines. */
  readonly code: string;
  /** Name of the field or parameter that is wrong: `limits.tokensPerMinute`. */
  readonly field: string | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    message: string,
    field?: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.field = field;
    this.headers = headers;
  }
}

export function notFound(what: string): Problem {
  return new Problem(404, 'not_found', `there is no ${what}`);
}

export function badField(field: string, why: string): Problem {
  return new Problem(422, 'invalid', why, shortened(field));
}

/**
 * The registry's refusal in the API's own terms. `fieldOf` translates paths of the object into fields of the body; undefined
 * keeps the path as it is.
 */
export function problemOf(
  refused: ResourceRefused,
  fieldOf: (path: string) => string | undefined = () => undefined,
): Problem {
  if (refused.reason === 'AlreadyExists') return new Problem(409, 'exists', 'this name is taken', 'name');
  const cause = refused.causes.find(({ field }) => field !== '<nil>') ?? refused.causes[0];
  if (cause === undefined)
    return new Problem(refused.code, codeOf(refused.reason), shortened(refused.message));
  const field = fieldOf(cause.field) ?? cause.field.replace(/^metadata\./, '');
  return new Problem(refused.code, codeOf(refused.reason), shortened(messageOf(cause)), shortened(field));
}

/** `Invalid value: "…": why` without the value: the sender knows it, and it may be long. */
function messageOf({ message }: RefusalCause): string {
  return message.replace(/^Invalid value: (?:"(?:[^"\\]|\\.)*"|[^\s:]*): /, '');
}

const codes: Record<string, string> = {
  AlreadyExists: 'exists',
  Conflict: 'conflict',
  Invalid: 'invalid',
  BadRequest: 'bad_request',
  NotFound: 'not_found',
  Forbidden: 'forbidden',
};

function codeOf(reason: string): string {
  return codes[reason] ?? 'refused';
}

const longest = 500;

export function shortened(text: string): string {
  return text.length <= longest ? text : `${text.slice(0, longest)}…`;
}
