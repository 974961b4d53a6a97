import { Button, Group, Select, Stack, TagsInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type Budget, createBudget, updateBudget } from '../../api/budgets.ts';
import { EntriesField } from '../../components/entries-field.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { explain } from '../../components/explain.ts';
import { strings } from '../../strings.ts';
import { type BudgetFormValues, budgetFieldOf, checkBudget, specOf, valuesOf } from './budget-form.ts';
import { BudgetLimitFields } from './budget-limit-fields.tsx';

const { form: texts, created, saved } = strings.budgets;
const actions = Object.entries(texts.actions).map(([value, label]) => ({ value, label }));

export function BudgetFormView({ budget, onDone }: { budget: Budget | undefined; onDone: () => void }) {
  const queryClient = useQueryClient();
  const form = useForm<BudgetFormValues>({ initialValues: valuesOf(budget), validate: checkBudget });
  const saving = useMutation({
    mutationFn: (values: BudgetFormValues) => {
      const spec = specOf(values, budget?.spec);
      return budget === undefined ? createBudget({ name: values.name, spec }) : updateBudget(budget, spec);
    },
    onSuccess: ({ name }) => {
      notifications.show({ message: (budget === undefined ? created : saved)(name.slice(0, 80)) });
      onDone();
      return queryClient.invalidateQueries({ queryKey: ['budgets'] });
    },
    onError: (error) => {
      const field = budgetFieldOf(error);
      if (field !== undefined) form.setFieldError(field, explain(error));
    },
  });
  const elsewhere = saving.error !== null && budgetFieldOf(saving.error) === undefined;
  const submit = form.onSubmit(
    (values) => saving.mutate(values),
    (errors) => form.getInputNode(Object.keys(errors)[0] ?? 'name')?.focus(),
  );
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        {elsewhere && <ErrorNotice error={saving.error} title={texts.failed} />}
        <TextInput
          label={texts.name}
          required
          disabled={budget !== undefined}
          autoComplete="off"
          data-autofocus
          {...form.getInputProps('name')}
        />
        <EntriesField
          label={texts.labels}
          hint={texts.labelsHint}
          entries={form.values.labels}
          error={form.errors.labels as string | undefined}
          onChange={(entries) => form.setFieldValue('labels', entries)}
        />
        <TagsInput
          label={texts.groupBy}
          description={texts.groupByHint}
          maxTags={4}
          acceptValueOnBlur
          {...form.getInputProps('groupBy')}
        />
        <BudgetLimitFields form={form} />
        <Select label={texts.action} data={actions} allowDeselect={false} {...form.getInputProps('action')} />
        {form.values.action === 'SwitchModel' && (
          <TextInput label={texts.model} required {...form.getInputProps('model')} />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onDone}>
            {strings.common.cancel}
          </Button>
          <Button type="submit" loading={saving.isPending}>
            {budget === undefined ? strings.budgets.create : strings.common.save}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
