import { Group, MultiSelect, Pill, Select, Switch } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getUsageLabels } from '../../api/usage.ts';
import { RangePicker } from '../../components/range-picker.tsx';
import { strings } from '../../strings.ts';
import { comparisons } from './compare.ts';
import { dimensionName } from './dimension-name.ts';
import { buckets, dimensions, groupsOf, type UsageSearch } from './usage-search.ts';

interface FiltersProps {
  search: UsageSearch;
  onChange: (next: UsageSearch) => void;
}

export function UsageFilters({ search, onChange }: FiltersProps) {
  const groups = groupsOf(search);
  const labels = useLabelNames();
  const all = [...new Set([...dimensions, ...labels.map((name) => `label:${name}`), ...groups])];
  return (
    <Group align="flex-end" mb="sm" className="no-print">
      <RangePicker search={search} onChange={(range) => onChange({ ...search, ...range })} />
      <MultiSelect
        label={strings.usage.groupBy}
        placeholder={groups.length === 0 ? strings.usage.nothingGrouped : undefined}
        data={all.map((value) => ({ value, label: dimensionName(value) }))}
        value={groups}
        onChange={(next) => onChange({ ...search, groupBy: next.join(',') })}
        maxValues={3}
        searchable
        miw={220}
        maw="100%"
      />
      <Select
        label={strings.usage.bucket}
        data={buckets.map((value) => ({ value, label: strings.usage.buckets[value] ?? value }))}
        value={search.bucket ?? (search.range === 'today' ? 'hour' : 'day')}
        onChange={(value) => onChange({ ...search, bucket: buckets.find((name) => name === value) })}
        allowDeselect={false}
        w={110}
      />
      <Select
        label={strings.usage.compare}
        placeholder={strings.usage.noComparison}
        data={comparisons.map((value) => ({ value, label: strings.usage.comparisons[value] ?? value }))}
        value={search.compare ?? null}
        onChange={(value) => onChange({ ...search, compare: comparisons.find((name) => name === value) })}
        clearable
        w={165}
      />
      <Switch
        label={strings.usage.byKind.columns}
        checked={search.kinds === true}
        onChange={({ currentTarget: { checked } }) =>
          onChange({ ...search, kinds: checked ? true : undefined })
        }
        pb={8}
      />
      <Group gap="xs" miw={0}>
        {(['user', 'model', 'key'] as const).map((name) =>
          search[name] === undefined ? null : (
            <Pill
              key={name}
              withRemoveButton
              onRemove={() => onChange({ ...search, [name]: undefined })}
              removeButtonProps={{
                'aria-label': strings.usage.removeFilter(dimensionName(name)),
                tabIndex: 0,
                'aria-hidden': false,
              }}
            >
              {dimensionName(name)}: {search[name]}
            </Pill>
          ),
        )}
      </Group>
    </Group>
  );
}

function useLabelNames(): string[] {
  const { data } = useQuery({
    queryKey: ['usage', 'labels'],
    queryFn: ({ signal }) => getUsageLabels(signal),
    staleTime: 60_000,
  });
  return data?.items ?? [];
}
