import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { listKeys } from '../../api/keys.ts';
import type { Key } from '../../api/types.ts';
import { strings } from '../../strings.ts';

const texts = strings.playground;
const most = 20;

interface KeyPickerProps {
  id: string | undefined;
  error: string | undefined;
  onPick: (id: string | undefined) => void;
}

/** The server searches: there may be very many keys. */
export function KeyPicker({ id, error, onPick }: KeyPickerProps) {
  const [typed, setTyped] = useState('');
  const chosen = id === undefined ? '' : nameIn(id);
  const [search] = useDebouncedValue(typed === chosen ? '' : typed, 250);
  const query = { search, status: 'active', limit: most };
  const { data } = useQuery({
    queryKey: ['keys', query],
    queryFn: ({ signal }) => listKeys(query, signal),
    placeholderData: keepPreviousData,
  });
  const found = (data?.items ?? []).map((key) => ({ value: key.id, label: labelOf(key) }));
  const isMissing = id !== undefined && !found.some(({ value }) => value === id);
  return (
    <Select
      label={texts.key}
      description={texts.keyHint}
      placeholder={texts.keyPlaceholder}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': strings.common.remove }}
      data={isMissing ? [{ value: id, label: chosen }, ...found] : found}
      // What was found is shown, in the server's order.
      filter={({ options }) => options}
      value={id ?? null}
      onChange={(value) => onPick(value ?? undefined)}
      onSearchChange={setTyped}
      nothingFoundMessage={texts.noKeys}
      error={error}
    />
  );
}

const labelOf = ({ id, owner }: Key) => (owner === undefined ? nameIn(id) : `${nameIn(id)} · ${owner}`);

/** `VirtualKey/ns/name`, `Secret/ns/secret/entry`. */
const nameIn = (id: string) => id.split('/').slice(2).join('/');
