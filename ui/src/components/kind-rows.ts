/** Kinds of tokens as rows of a table: input and output, and of their parts those that there are. */
import { partOf, type TokenKind, tokenKinds } from '../../../src/core/llm/usage-kinds.ts';

export interface KindRow {
  kind: TokenKind;
  /** 0: input and output. */
  depth: number;
}

/** `columns`: what the table shows side by side. */
export function kindRows(columns: readonly Readonly<Record<TokenKind, number>>[]): KindRow[] {
  return tokenKinds
    .map((kind) => ({ kind, depth: depthOf(kind) }))
    .filter(({ kind, depth }) => depth === 0 || columns.some((tokens) => tokens[kind] > 0));
}

function depthOf(kind: TokenKind): number {
  const whole = partOf[kind];
  return whole === undefined ? 0 : depthOf(whole) + 1;
}
