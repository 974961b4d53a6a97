import { Select, SimpleGrid, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { strings } from '../../strings.ts';
import { type BudgetFormValues, hasWindow } from './budget-form.ts';

const { form: texts, per, units } = strings.budgets;
const unitOptions = Object.entries(units).map(([value, label]) => ({ value, label }));
const windowOptions = [
  ...Object.entries(per).map(([value, label]) => ({
    value,
    label: label[0]?.toUpperCase() + label.slice(1),
  })),
  { value: 'rolling', label: texts.rollingOption },
  { value: 'lifetime', label: texts.lifetimeOption },
];
const enforcements = [
  { value: 'Hard', label: texts.hard },
  { value: 'Soft', label: texts.soft },
];

export function BudgetLimitFields({ form }: { form: UseFormReturnType<BudgetFormValues> }) {
  const { values } = form;
  const isWindowed = hasWindow(values);
  return (
    <>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <TextInput label={texts.amount} required inputMode="decimal" {...form.getInputProps('amount')} />
        <Select label={texts.unit} data={unitOptions} allowDeselect={false} {...form.getInputProps('unit')} />
        {isWindowed && (
          <Select
            label={texts.window}
            data={windowOptions}
            allowDeselect={false}
            {...form.getInputProps('window')}
          />
        )}
        {isWindowed && values.window === 'rolling' && (
          <TextInput
            label={texts.rolling}
            placeholder={texts.rollingHint}
            {...form.getInputProps('rolling')}
          />
        )}
        {isWindowed && per[values.window] !== undefined && (
          <TextInput
            label={texts.timeZone}
            placeholder={texts.timeZoneHint}
            {...form.getInputProps('timeZone')}
          />
        )}
      </SimpleGrid>
      <Select
        label={texts.enforcement}
        data={enforcements}
        allowDeselect={false}
        {...form.getInputProps('enforcement')}
      />
    </>
  );
}
