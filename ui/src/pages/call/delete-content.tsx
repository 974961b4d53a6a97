import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { deleteContent } from '../../api/calls.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { strings } from '../../strings.ts';

const texts = strings.recording;

export function DeleteContent({ id, onDeleted }: { id: string; onDeleted: () => void }) {
  const [open, setOpen] = useState(false);
  const deletion = useMutation({
    mutationFn: () => deleteContent(id),
    onSuccess: () => {
      setOpen(false);
      notifications.show({ message: texts.deleted });
      onDeleted();
    },
  });
  return (
    <>
      <Button variant="default" onClick={() => setOpen(true)}>
        {texts.delete}
      </Button>
      <Modal
        opened={open}
        onClose={() => setOpen(false)}
        title={texts.deleteTitle}
        closeButtonProps={{ 'aria-label': strings.common.close }}
      >
        <Stack>
          <Text size="sm">{texts.deleteText}</Text>
          {deletion.error !== null && <ErrorNotice error={deletion.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={() => setOpen(false)} data-autofocus>
              {strings.common.cancel}
            </Button>
            <Button color="red" loading={deletion.isPending} onClick={() => deletion.mutate()}>
              {texts.delete}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
