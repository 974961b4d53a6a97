import { Button, Group, List, Modal, Stack, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { deleteKey } from '../../api/keys.ts';
import type { Key } from '../../api/types.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { formatAgo } from '../../components/format.ts';
import { strings } from '../../strings.ts';

interface DialogProps {
  item: Key;
  opened: boolean;
  onClose: () => void;
  onDeleted?: () => void;
}

export function DeleteKeyDialog({ item, opened, onClose, onDeleted }: DialogProps) {
  const [typed, setTyped] = useState('');
  const queryClient = useQueryClient();
  const name = item.name.slice(0, 80);
  const deletion = useMutation({
    mutationFn: () => deleteKey(item),
    onSuccess: () => {
      notifications.show({ message: strings.keys.deleted(name) });
      onClose();
      onDeleted?.();
      return queryClient.invalidateQueries({ queryKey: ['keys'] });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (typed === item.name) deletion.mutate();
  };
  const texts = strings.keys.deletion;
  return (
    <Modal opened={opened} onClose={onClose} title={texts.title(name)}>
      <form onSubmit={submit}>
        <Stack>
          <List size="sm" spacing={4}>
            {texts.consequences.map((text) => (
              <List.Item key={text}>{text}</List.Item>
            ))}
            {item.lastUsedAt !== undefined && (
              <List.Item>{texts.recent(formatAgo(item.lastUsedAt))}</List.Item>
            )}
          </List>
          <Text size="sm">{texts.disableInstead}</Text>
          <TextInput
            label={texts.confirm}
            description={texts.text(name)}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            autoComplete="off"
            data-autofocus
          />
          {deletion.error !== null && <ErrorNotice error={deletion.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {strings.common.cancel}
            </Button>
            <Button type="submit" color="red" disabled={typed !== item.name} loading={deletion.isPending}>
              {texts.submit}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
