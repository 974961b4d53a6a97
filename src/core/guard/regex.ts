/** What guards need of a regular expression engine: matching in linear time, so that no text can stall the gateway. */

export interface LinearRegex {
  /** `[start, end)` of each match at or behind `from`; what stands before `from` still counts for word boundaries. */
  matches(text: string, from: number): [start: number, end: number][];
}

/** Throws an `Error` that says what is wrong with the expression. */
export type CompileRegex = (source: string) => LinearRegex;
