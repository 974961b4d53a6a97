/** The client's request can't be served: answered 400 in the client's dialect. `path` is the field, `messages[0].role`. */
export interface RequestFault {
  status: number;
  code: string;
  message: string;
  path?: string;
  /** Machine-readable members of the error object. */
  details?: Record<string, unknown>;
}
