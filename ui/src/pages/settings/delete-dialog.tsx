import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useKept } from '../../components/use-kept.ts';
import { strings } from '../../strings.ts';

interface DeleteDialogProps {
  /** What is to be deleted; undefined: the dialog is closed. */
  named: { name: string } | undefined;
  texts: {
    deleteTitle(name: string): string;
    deleteText: string;
    deleteOf(name: string): string;
    deleted(name: string): string;
  };
  remove(name: string): Promise<unknown>;
  /** Of the list that it is in. */
  queryKey: readonly string[];
  onClose(): void;
}

export function DeleteDialog({ named, texts, remove, queryKey, onClose }: DeleteDialogProps) {
  const name = useKept(named)?.name ?? '';
  const queryClient = useQueryClient();
  const deletion = useMutation({
    mutationFn: remove,
    onSuccess: () => {
      notifications.show({ message: texts.deleted(name) });
      onClose();
      return queryClient.invalidateQueries({ queryKey });
    },
  });
  return (
    <Modal
      opened={named !== undefined}
      onClose={onClose}
      title={texts.deleteTitle(name)}
      closeButtonProps={{ 'aria-label': strings.common.close }}
    >
      <Stack>
        <Text size="sm">{texts.deleteText}</Text>
        {deletion.error !== null && <ErrorNotice error={deletion.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {strings.common.cancel}
          </Button>
          <Button color="red" loading={deletion.isPending} onClick={() => deletion.mutate(name)}>
            {texts.deleteOf(name)}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
