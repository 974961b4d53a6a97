import { Drawer } from '@mantine/core';
import { useEffect, useState } from 'react';
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
  const [reloaded, setReloaded] = useState<Budget>();
  useEffect(() => {
    if (budget !== undefined) setReloaded(undefined);
  }, [budget]);
  const known = reloaded ?? (shown === 'new' ? undefined : shown);
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
      <BudgetFormView
        key={known?.resourceVersion ?? 'new'}
        budget={known}
        onDone={onClose}
        onReload={setReloaded}
      />
    </Drawer>
  );
}
