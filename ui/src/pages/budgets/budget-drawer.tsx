import { Drawer } from '@mantine/core';
import type { Budget } from '../../api/budgets.ts';
import { useKept } from '../../components/use-kept.ts';
import { strings } from '../../strings.ts';
import { BudgetFormView } from './budget-form-view.tsx';

export function BudgetDrawer({
  budget,
  onClose,
}: {
  budget: Budget | 'new' | undefined;
  onClose: () => void;
}) {
  const shown = useKept(budget);
  const known = shown === 'new' ? undefined : shown;
  const { form, editOf } = strings.budgets;
  return (
    <Drawer
      opened={budget !== undefined}
      onClose={onClose}
      position="right"
      size="lg"
      title={known === undefined ? form.createTitle : editOf(known.name.slice(0, 80))}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': strings.common.close }}
    >
      <BudgetFormView budget={known} onDone={onClose} />
    </Drawer>
  );
}
