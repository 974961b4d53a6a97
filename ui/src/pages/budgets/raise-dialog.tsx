import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Budget } from '../../api/budgets.ts';
import { formatAmount } from '../../components/amount-bar.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { formatMoment } from '../../components/format.ts';
import { useKept } from '../../components/use-kept.ts';
import { strings } from '../../strings.ts';
import { amountPattern } from './budget-form.ts';
import { saveBudget } from './save-budget.ts';

const texts = strings.budgets.raise;

interface RaiseValues {
  amount: string;
  until: string;
  reason: string;
}

/** Another limit from now until then: an override before all others, which the window's counter goes on under. */
export function RaiseDialog({ budget, onClose }: { budget: Budget | undefined; onClose: () => void }) {
  const shown = useKept(budget);
  return (
    <Modal
      opened={budget !== undefined}
      onClose={onClose}
      title={texts.title(shown?.name.slice(0, 80) ?? '')}
      closeButtonProps={{ 'aria-label': strings.common.close }}
    >
      {shown !== undefined && <RaiseForm budget={shown} onClose={onClose} />}
    </Modal>
  );
}

function RaiseForm({ budget, onClose }: { budget: Budget; onClose: () => void }) {
  const { unit, spec } = budget;
  const queryClient = useQueryClient();
  const form = useForm<RaiseValues>({
    initialValues: { amount: '', until: '', reason: '' },
    validate: ({ amount, until }) => ({
      ...(amountPattern(unit).test(amount.trim()) ? {} : { amount: strings.budgets.form.amountMissing }),
      ...(new Date(until).getTime() > Date.now() ? {} : { until: texts.untilMissing }),
    }),
  });
  const raising = useMutation({
    mutationFn: ({ amount, until, reason }: RaiseValues) => {
      const override = {
        from: `${new Date().toISOString().slice(0, 19)}Z`,
        to: `${new Date(until).toISOString().slice(0, 19)}Z`,
        limit: { [unit]: unit === 'usd' ? amount.trim() : Number(amount) },
        ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
      };
      return saveBudget(budget, { ...spec, overrides: [override, ...(spec.overrides ?? [])] });
    },
    onSuccess: ({ name }, { until }) => {
      notifications.show({ message: texts.done(name.slice(0, 80), formatMoment(new Date(until).getTime())) });
      onClose();
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['budgets'] }),
  });
  return (
    <form onSubmit={form.onSubmit((values) => raising.mutate(values))} noValidate>
      <Stack>
        <Text size="sm">{texts.text(formatAmount(spec.limit[unit] ?? 0, unit))}</Text>
        {raising.error !== null && <ErrorNotice error={raising.error} title={strings.budgets.form.failed} />}
        <TextInput
          label={texts.amount(strings.budgets.units[unit])}
          required
          inputMode="decimal"
          autoComplete="off"
          data-autofocus
          {...form.getInputProps('amount')}
        />
        <TextInput
          type="datetime-local"
          label={texts.until}
          description={texts.untilHint}
          required
          {...form.getInputProps('until')}
        />
        <TextInput label={texts.reason} maxLength={256} {...form.getInputProps('reason')} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {strings.common.cancel}
          </Button>
          <Button type="submit" loading={raising.isPending}>
            {texts.submit}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
