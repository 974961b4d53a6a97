import { Select, TextInput } from '@mantine/core';
import { strings } from '../strings.ts';
import { dayOf, type RangeSearch, rangeNames } from './range.ts';

const options = rangeNames.map((value) => ({ value, label: strings.usage.ranges[value] }));

interface RangePickerProps {
  search: RangeSearch;
  onChange: (next: RangeSearch) => void;
  /** What no range is called, where that is possible; else it is the last seven days. */
  none?: string;
}

export function RangePicker({ search, onChange, none }: RangePickerProps) {
  const today = dayOf(new Date());
  return (
    <>
      <Select
        label={strings.usage.range}
        data={options}
        placeholder={none}
        value={search.range ?? (none === undefined ? 'week' : null)}
        onChange={(value) => onChange({ ...search, range: rangeNames.find((name) => name === value) })}
        allowDeselect={false}
        clearable={none !== undefined}
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
