/** How one call of the ledger looks in a line. */

import { totalTokens } from '../../core/llm/usage.ts';
import { tokenKinds, tokensByKind } from '../../core/llm/usage-kinds.ts';
import { outcomeOf } from '../../core/outcome.ts';
import type { RequestRecord } from '../../core/record.ts';
import { countText, decimalDollars, moneyText, orDash, secondText } from '../output/figures.ts';
import type { Column } from '../output/table.ts';

export const callColumns: readonly Column<RequestRecord>[] = [
  {
    title: 'TIME (UTC)',
    name: 'startedAt',
    text: ({ startedAtMs }) => secondText(startedAtMs),
    value: ({ startedAtMs }) => new Date(startedAtMs).toISOString(),
  },
  { title: 'ID', text: ({ id }) => id },
  {
    title: 'STATUS',
    text: ({ status }) => String(status),
    style: (call) => (({ ok: 'good', refused: 'warning', failed: 'bad' }) as const)[outcomeOf(call)],
  },
  { title: 'USER', text: ({ key }) => orDash(key?.user) },
  { title: 'KEY', text: ({ key }) => orDash(key?.id) },
  { title: 'MODEL', text: ({ llm }) => orDash(llm?.responseModel ?? llm?.requestModel) },
  {
    title: 'TOKENS',
    text: ({ llm }) => (llm?.usage === undefined ? '-' : countText(totalTokens(llm.usage))),
    value: ({ llm }) => (llm?.usage === undefined ? '' : totalTokens(llm.usage)),
    align: 'right',
  },
  {
    title: 'COST',
    name: 'costUsd',
    text: ({ llm }) => (llm?.costNano === undefined ? '-' : moneyText(llm.costNano)),
    value: ({ llm }) => (llm?.costNano === undefined ? '' : decimalDollars(llm.costNano)),
    align: 'right',
  },
  {
    title: 'MS',
    name: 'durationMs',
    text: ({ durationMs }) => countText(durationMs),
    value: ({ durationMs }) => durationMs,
    align: 'right',
  },
  { title: 'NOTE', text: noteOf },
];

/** For programs: with the tokens of every kind, before the note. */
export const callCsvColumns: readonly Column<RequestRecord>[] = [
  ...callColumns.slice(0, -1),
  ...tokenKinds.map((name): Column<RequestRecord> => {
    const value = ({ llm }: RequestRecord) => (llm?.usage === undefined ? '' : tokensByKind(llm.usage)[name]);
    return { title: name, name, value, text: (call) => String(value(call)) };
  }),
  ...callColumns.slice(-1),
];

/** Why it was refused or failed, in the words of the record. */
function noteOf({ error, reason, decisions, llm }: RequestRecord): string {
  if (error !== undefined) return error;
  if (reason !== undefined && reason !== 'Upstream') return [reason, ...decisions].join('; ');
  return llm?.usage?.estimated ? 'estimated' : decisions.join('; ');
}
