import { Button, Group, Modal, Select, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { rotateKey } from '../../api/keys.ts';
import type { Key } from '../../api/types.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { strings } from '../../strings.ts';
import { IssuedKeyView } from './issued-key-view.tsx';

const graces = [
  { value: '0', label: strings.keys.rotation.graces.none },
  { value: '3600', label: strings.keys.rotation.graces.hour },
  { value: '86400', label: strings.keys.rotation.graces.day },
  { value: '604800', label: strings.keys.rotation.graces.week },
];

interface DialogProps {
  item: Key;
  opened: boolean;
  onClose: () => void;
}

export function RotateKeyDialog({ item, opened, onClose }: DialogProps) {
  const [grace, setGrace] = useState('86400');
  const queryClient = useQueryClient();
  const rotation = useMutation({
    mutationFn: () => rotateKey(item, Number(grace)),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['keys'] }),
  });
  const close = () => {
    onClose();
    rotation.reset();
  };
  const issued = rotation.data;
  const name = item.name.slice(0, 80);
  const title =
    issued === undefined ? strings.keys.rotation.title(name) : strings.keys.issued.rotatedTitle(name);
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={title}
      size={issued === undefined ? 'md' : 'xl'}
      closeOnClickOutside={issued === undefined}
      closeOnEscape={issued === undefined}
      withCloseButton={issued === undefined}
    >
      {issued?.value === undefined ? (
        <Stack>
          <Text size="sm">{strings.keys.rotation.text}</Text>
          <Select
            label={strings.keys.rotation.grace}
            data={graces}
            value={grace}
            onChange={(value) => setGrace(value ?? '86400')}
            allowDeselect={false}
          />
          {rotation.error !== null && <ErrorNotice error={rotation.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {strings.common.cancel}
            </Button>
            <Button loading={rotation.isPending} onClick={() => rotation.mutate()}>
              {strings.keys.rotation.submit}
            </Button>
          </Group>
        </Stack>
      ) : (
        <IssuedKeyView value={issued.value} models={issued.key.allowedModels} onDone={close} />
      )}
    </Modal>
  );
}
