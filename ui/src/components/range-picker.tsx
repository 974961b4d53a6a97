import { Select, TextInput } from '@mantine/core';
import { strings } from '../strings.ts';
import { dayOf, type RangeSearch, rangeNames } from './range.ts';

const options = rangeNames.map((value) => ({ value, label: strings.usage.ranges[value] }));

export function RangePicker({
  search,
  onChange,
}: {
  search: RangeSearch;
  onChange: (next: RangeSearch) => void;
}) {
  const today = dayOf(new Date());
  return (
    <>
      <Select
        label={strings.usage.range}
        data={options}
        value={search.range ?? 'week'}
        onChange={(value) => onChange({ ...search, range: rangeNames.find((name) => name === value) })}
        allowDeselect={false}
        w={150}
      />
      {search.range === 'custom' && (
        <>
          <TextInput
            type="date"
            label={strings.common.from}
            value={search.from ?? ''}
            max={search.to ?? today}
            onChange={(event) => onChange({ ...search, from: event.currentTarget.value || undefined })}
          />
          <TextInput
            type="date"
            label={strings.common.to}
            value={search.to ?? today}
            min={search.from}
            onChange={(event) => onChange({ ...search, to: event.currentTarget.value || undefined })}
          />
        </>
      )}
    </>
  );
}
