import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { deleteUser, type User } from '../../api/users.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useKept } from '../../components/use-kept.ts';
import { strings } from '../../strings.ts';

const texts = strings.users;

export function DeleteUserDialog({ user, onClose }: { user: User | undefined; onClose: () => void }) {
  const name = useKept(user)?.name ?? '';
  const queryClient = useQueryClient();
  const deletion = useMutation({
    mutationFn: deleteUser,
    onSuccess: () => {
      notifications.show({ message: texts.deleted(name) });
      onClose();
      return queryClient.invalidateQueries({ queryKey: ['users'] });
    },
  });
  return (
    <Modal
      opened={user !== undefined}
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
