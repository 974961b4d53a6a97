import { Fieldset, NumberInput, SimpleGrid } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { strings } from '../../strings.ts';
import type { KeyFormValues } from './key-form.ts';

const texts = strings.keys.form;
const fields = [
  { field: 'requestsPerMinute', label: texts.requestsPerMinute },
  { field: 'tokensPerMinute', label: texts.tokensPerMinute },
  { field: 'concurrency', label: texts.concurrency },
] as const;

export function LimitFields({ form }: { form: UseFormReturnType<KeyFormValues> }) {
  return (
    <Fieldset legend={texts.limits}>
      <SimpleGrid cols={{ base: 1, sm: 3 }}>
        {fields.map(({ field, label }) => (
          <NumberInput
            key={field}
            label={label}
            placeholder={texts.limitHint}
            min={0}
            allowDecimal={false}
            allowNegative={false}
            thousandSeparator=","
            hideControls
            {...form.getInputProps(field)}
          />
        ))}
      </SimpleGrid>
    </Fieldset>
  );
}
