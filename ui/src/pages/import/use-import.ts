/** Keys sent in portions: first to see what would become of them, then for good. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type ImportOutcome, importKeys } from '../../api/keys.ts';
import type { ImportedKey } from './key-rows.ts';

const portion = 250;

export interface Checked {
  rows: ImportedKey[];
  outcomes: ImportOutcome[];
}

async function send(
  rows: ImportedKey[],
  dryRun: boolean,
  onPortion: (outcomes: ImportOutcome[]) => void,
): Promise<ImportOutcome[]> {
  const all: ImportOutcome[] = [];
  for (let from = 0; from < rows.length; from += portion) {
    const { results } = await importKeys(rows.slice(from, from + portion), dryRun);
    all.push(...results.map((result) => ({ ...result, index: result.index + from })));
    onPortion([...all]);
  }
  return refusingTwins(all, rows);
}

/** Portions do not know of each other: the second of a name is refused here as the API does within one. */
function refusingTwins(outcomes: ImportOutcome[], rows: ImportedKey[]): ImportOutcome[] {
  const seen = new Set<string>();
  return outcomes.map((outcome) => {
    const { namespace = '', name } = rows[outcome.index]!;
    const id = `${namespace}/${name}`;
    if (!outcome.ok || !seen.has(id)) {
      if (outcome.ok) seen.add(id);
      return outcome;
    }
    return { ...outcome, ok: false, error: 'name: this name is taken' };
  });
}

export function useImport() {
  const queryClient = useQueryClient();
  const [checked, setChecked] = useState<Checked>();
  /** Grows while they are made, so that no value is lost when a portion fails. */
  const [made, setMade] = useState<ImportOutcome[]>([]);
  const check = useMutation({
    mutationFn: (rows: ImportedKey[]) => send(rows, true, () => undefined),
    onSuccess: (outcomes, rows) => setChecked({ rows, outcomes }),
  });
  const create = useMutation({
    mutationFn: (rows: ImportedKey[]) => send(rows, false, setMade),
    onSuccess: setMade,
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['keys'] }),
  });
  const begin = () => {
    setChecked(undefined);
    setMade([]);
    check.reset();
    create.reset();
  };
  return { checked, made, check, create, begin };
}
