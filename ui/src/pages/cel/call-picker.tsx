import { Alert, List, Select, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { listCalls } from '../../api/calls.ts';
import type { CallVariables } from '../../api/cel.ts';
import type { Call } from '../../api/types.ts';
import { formatSecond } from '../../components/format.ts';
import { strings } from '../../strings.ts';

const texts = strings.cel;
const query = { limit: 20 };

interface CallPickerProps {
  id: string | undefined;
  onPick: (id: string | undefined) => void;
}

export function CallPicker({ id, onPick }: CallPickerProps) {
  const { data } = useQuery({
    queryKey: ['calls', query],
    queryFn: ({ signal }) => listCalls(query, signal),
  });
  const found = (data?.items ?? []).map((call) => ({ value: call.id, label: labelOf(call) }));
  const isOther = id !== undefined && !found.some(({ value }) => value === id);
  return (
    <Select
      label={texts.call}
      description={texts.callHint}
      placeholder={texts.callPlaceholder}
      data={isOther ? [{ value: id, label: id }, ...found] : found}
      value={id ?? null}
      onChange={(value) => onPick(value ?? undefined)}
      nothingFoundMessage={texts.noCalls}
      clearable
      searchable
      clearButtonProps={{ 'aria-label': strings.common.remove }}
    />
  );
}

function labelOf({ startedAtMs, key, llm, status }: Call): string {
  const model = llm?.responseModel ?? llm?.requestModel ?? strings.none;
  return texts.callOf(formatSecond(startedAtMs), key?.user ?? strings.none, model, status);
}

/** Said openly: an expression that reads one of these found more on the request path. */
export function Missing({ missing }: { missing: CallVariables['missing'] }) {
  return (
    <Alert color="gray">
      <Text size="sm">{texts.missing}</Text>
      <List size="sm">
        {missing.map(({ name, why }) => (
          <List.Item key={name}>
            <code>{name}</code>: {why}
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}
