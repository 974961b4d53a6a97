import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type AdminToken, deleteToken } from '../../api/tokens.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useKept } from '../../components/use-kept.ts';
import { strings } from '../../strings.ts';

const texts = strings.settings.tokens;

export function DeleteTokenDialog({
  token,
  onClose,
}: {
  token: AdminToken | undefined;
  onClose: () => void;
}) {
  const name = useKept(token)?.name ?? '';
  const queryClient = useQueryClient();
  const deletion = useMutation({
    mutationFn: deleteToken,
    onSuccess: () => {
      notifications.show({ message: texts.deleted(name) });
      onClose();
      return queryClient.invalidateQueries({ queryKey: ['tokens'] });
    },
  });
  return (
    <Modal opened={token !== undefined} onClose={onClose} title={texts.deleteTitle(name)}>
      <Stack>
        <Text size="sm">{texts.deleteText}</Text>
        {deletion.error !== null && <ErrorNotice error={deletion.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {strings.common.cancel}
          </Button>
          <Button color="red" loading={deletion.isPending} onClick={() => deletion.mutate(name)}>
            {texts.delete(name)}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
