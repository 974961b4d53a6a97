import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type Budget, deleteBudget } from '../../api/budgets.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useKept } from '../../components/use-kept.ts';
import { strings } from '../../strings.ts';

const texts = strings.budgets;

interface DeleteBudgetProps {
  budget: Budget | undefined;
  onClose: () => void;
  onDeleted?: () => void;
}

export function DeleteBudgetDialog({ budget, onClose, onDeleted }: DeleteBudgetProps) {
  const shown = useKept(budget);
  const queryClient = useQueryClient();
  const deletion = useMutation({
    mutationFn: deleteBudget,
    onSuccess: (_, { name }) => {
      notifications.show({ message: texts.deleted(name.slice(0, 80)) });
      onClose();
      onDeleted?.();
      return queryClient.invalidateQueries({ queryKey: ['budgets'] });
    },
  });
  return (
    <Modal
      opened={budget !== undefined}
      onClose={onClose}
      title={strings.keys.deletion.title(shown?.name.slice(0, 80) ?? '')}
    >
      <Stack>
        <Text size="sm">{texts.deletion.text}</Text>
        {deletion.error !== null && <ErrorNotice error={deletion.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {strings.common.cancel}
          </Button>
          <Button
            color="red"
            loading={deletion.isPending}
            onClick={() => budget !== undefined && deletion.mutate(budget)}
          >
            {texts.deletion.submit}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
