import { Button, Group, Select, Stack, TagsInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDebouncedValue } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type Budget, type BudgetSpec, createBudget, type Proposal } from '../../api/budgets.ts';
import { ConflictNotice } from '../../components/conflict-notice.tsx';
import { EntriesField } from '../../components/entries-field.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { explain } from '../../components/explain.ts';
import { strings } from '../../strings.ts';
import { type BudgetFormValues, budgetFieldOf, checkBudget, specOf, valuesOf } from './budget-form.ts';
import { BudgetLimitFields } from './budget-limit-fields.tsx';
import { BudgetPreviewView } from './budget-preview.tsx';
import { BudgetSimulation } from './budget-simulation.tsx';
import { BudgetConflict, mergedSpec, saveBudget, specDifferences } from './save-budget.ts';

const { form: texts, created, saved } = strings.budgets;
const actions = Object.entries(texts.actions).map(([value, label]) => ({ value, label }));

interface BudgetFormProps {
  /** As it was when the form was opened; undefined for a new one. */
  budget: Budget | undefined;
  onDone: () => void;
  /** Begins again with the budget of now. */
  onReload: (live: Budget) => void;
}

const pauseMs = 400;

/** What the form says, once typing pauses; undefined while it does not make a budget. */
function useProposal(values: BudgetFormValues, budget: Budget | undefined): Proposal | undefined {
  const { name: _, ...errors } = checkBudget(values);
  const proposal = { ...(budget && { namespace: budget.namespace }), spec: specOf(values, budget?.spec) };
  // As text, so that the same proposal is the same value.
  const [settled] = useDebouncedValue(JSON.stringify(proposal), pauseMs);
  return Object.keys(errors).length > 0 ? undefined : (JSON.parse(settled) as Proposal);
}

export function BudgetFormView({ budget, onDone, onReload }: BudgetFormProps) {
  const queryClient = useQueryClient();
  const form = useForm<BudgetFormValues>({ initialValues: valuesOf(budget), validate: checkBudget });
  const saving = useMutation({
    mutationFn: ({ base, spec }: { base: Budget | undefined; spec: BudgetSpec }) =>
      base === undefined ? createBudget({ name: form.getValues().name, spec }) : saveBudget(base, spec),
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
  const conflict = saving.error instanceof BudgetConflict ? saving.error : undefined;
  const elsewhere =
    saving.error !== null && conflict === undefined && budgetFieldOf(saving.error) === undefined;
  const proposal = useProposal(form.values, budget);
  const submit = form.onSubmit(
    (values) => saving.mutate({ base: budget, spec: specOf(values, budget?.spec) }),
    (errors) => form.getInputNode(Object.keys(errors)[0] ?? 'name')?.focus(),
  );
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        {conflict !== undefined && budget !== undefined && (
          <ConflictNotice
            differences={specDifferences(budget.spec, conflict.live.spec, specOf(form.values, budget.spec))}
            onTakeMine={() => {
              const spec = mergedSpec(budget.spec, conflict.live.spec, specOf(form.values, budget.spec));
              saving.mutate({ base: conflict.live, spec });
            }}
            onTakeTheirs={() => onReload(conflict.live)}
          />
        )}
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
        <BudgetPreviewView proposal={proposal} unit={form.values.unit} />
        <BudgetSimulation proposal={proposal} unit={form.values.unit} />
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
