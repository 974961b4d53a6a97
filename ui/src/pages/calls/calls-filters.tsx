import { Group, Pill, Select, Switch, Text } from '@mantine/core';
import { RangePicker } from '../../components/range-picker.tsx';
import { SearchBox } from '../../components/search-box.tsx';
import { strings } from '../../strings.ts';
import { type CallsSearch, outcomes } from './calls-search.ts';

interface FiltersProps {
  search: CallsSearch;
  /** The live feed is interrupted. */
  lost: boolean;
  onChange: (next: CallsSearch) => void;
}

export function CallsFilters({ search, lost, onChange }: FiltersProps) {
  const { before: _, ...first } = search;
  return (
    <>
      <Group align="flex-end" mb="sm">
        <SearchBox
          label={strings.calls.searchLabel}
          placeholder={strings.calls.searchHint}
          value={search.search ?? ''}
          onSearch={(text) => onChange({ ...first, search: text === '' ? undefined : text })}
        />
        <Select
          label={strings.calls.outcomeLabel}
          placeholder={strings.common.all}
          data={outcomes.map((value) => ({ value, label: strings.calls.outcomes[value] }))}
          value={search.outcome ?? null}
          onChange={(value) => onChange({ ...first, outcome: outcomes.find((name) => name === value) })}
          clearable
          w={150}
        />
        <RangePicker
          search={search}
          onChange={(range) => onChange({ ...first, live: undefined, ...range })}
          none={strings.calls.anyTime}
        />
        <Switch
          label={strings.calls.live}
          description={search.live ? strings.calls.liveOn : undefined}
          checked={search.live ?? false}
          onChange={(event) => {
            const { sort: _, order: __, range: ___, from: ____, to: _____, ...newestFirst } = first;
            onChange({ ...newestFirst, live: event.currentTarget.checked || undefined });
          }}
          mb={8}
        />
      </Group>
      {lost && (
        <Text size="sm" role="status" mb="sm">
          {strings.calls.liveLost}
        </Text>
      )}
      <Group gap="xs" mb="sm">
        {(['user', 'model', 'key'] as const).map((name) =>
          search[name] === undefined ? null : (
            <Pill
              key={name}
              withRemoveButton
              onRemove={() => onChange({ ...first, [name]: undefined })}
              removeButtonProps={{
                'aria-label': strings.usage.removeFilter(strings.calls[name]),
                'aria-hidden': false,
                tabIndex: 0,
              }}
            >
              {strings.calls[name]}: {search[name]}
            </Pill>
          ),
        )}
      </Group>
    </>
  );
}
