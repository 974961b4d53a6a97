import { Drawer } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { IssuedKey } from '../../api/types.ts';
import { strings } from '../../strings.ts';
import { CreateKeyForm } from './create-key-form.tsx';
import { IssuedKeyView } from './issued-key-view.tsx';

/** First the form, then the value: which goes with a deliberate click only, because it cannot be shown again. */
export function CreateKeyDrawer({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const [issued, setIssued] = useState<IssuedKey>();
  const queryClient = useQueryClient();
  const created = (result: IssuedKey) => {
    setIssued(result);
    void queryClient.invalidateQueries({ queryKey: ['keys'] });
  };
  const done = () => {
    setIssued(undefined);
    onClose();
  };
  const title =
    issued === undefined ? strings.keys.form.title : strings.keys.issued.title(issued.key.name.slice(0, 80));
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      position="right"
      size="lg"
      title={title}
      closeOnClickOutside={false}
      closeOnEscape={issued === undefined}
      withCloseButton={issued === undefined}
      closeButtonProps={{ 'aria-label': strings.common.close }}
    >
      {issued?.value === undefined ? (
        <CreateKeyForm onCreated={created} onCancel={onClose} />
      ) : (
        <IssuedKeyView value={issued.value} models={issued.key.allowedModels} onDone={done} />
      )}
    </Drawer>
  );
}
