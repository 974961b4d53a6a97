import { strings } from '../strings.ts';
import type { KindRow } from './kind-rows.ts';

/** Set in under what it is a part of; the words say it too. */
export function KindName({ row: { kind, depth } }: { row: KindRow }) {
  return <span style={{ paddingInlineStart: `${depth * 1.25}rem` }}>{strings.kinds[kind]}</span>;
}
