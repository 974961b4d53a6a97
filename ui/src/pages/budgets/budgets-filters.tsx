import { Group, Select } from '@mantine/core';
import { SearchBox } from '../../components/search-box.tsx';
import { strings } from '../../strings.ts';
import { type BudgetsSearch, budgetSorts, units } from './budgets-search.ts';

const texts = strings.budgets;
const sortOptions = budgetSorts.map((value) => ({ value, label: texts.sorts[value] }));
const unitOptions = units.map((value) => ({ value, label: texts.units[value] }));

interface BudgetsFiltersProps {
  search: BudgetsSearch;
  onChange: (next: BudgetsSearch) => void;
}

export function BudgetsFilters({ search, onChange }: BudgetsFiltersProps) {
  const { page: _, ...first } = search;
  return (
    <Group align="flex-end">
      <SearchBox
        label={texts.searchLabel}
        placeholder={strings.common.name}
        value={search.search ?? ''}
        onSearch={(text) => onChange({ ...first, search: text || undefined })}
      />
      <Select
        label={texts.unitLabel}
        placeholder={strings.common.all}
        data={unitOptions}
        value={search.unit ?? null}
        onChange={(value) => onChange({ ...first, unit: units.find((name) => name === value) })}
        clearable
        w={170}
      />
      <Select
        label={texts.sortLabel}
        data={sortOptions}
        value={search.sort ?? 'name'}
        onChange={(value) =>
          onChange({ ...first, sort: value ?? undefined, order: value === 'fullest' ? 'desc' : undefined })
        }
        allowDeselect={false}
        w={190}
      />
    </Group>
  );
}
