import { Drawer } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { Key } from '../../api/types.ts';
import { strings } from '../../strings.ts';
import { EditKeyForm } from './edit-key-form.tsx';

/** The form keeps to the key as it was when it was opened, whatever the page behind learns meanwhile. */
export function EditKeyDrawer({
  item,
  opened,
  onClose,
}: {
  item: Key;
  opened: boolean;
  onClose: () => void;
}) {
  const [base, setBase] = useState(item);
  const queryClient = useQueryClient();
  // biome-ignore lint/correctness/useExhaustiveDependencies: later versions of the key must not change the form under its writer.
  useEffect(() => {
    if (opened) setBase(item);
  }, [opened]);
  const name = item.name.slice(0, 80);
  const again = () => queryClient.invalidateQueries({ queryKey: ['keys'] });
  const saved = () => {
    notifications.show({ message: strings.keys.editing.saved(name) });
    onClose();
    void again();
    void queryClient.invalidateQueries({ queryKey: ['audit'] });
  };
  const reload = (live: Key) => {
    setBase(live);
    void again();
  };
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      position="right"
      size="lg"
      title={strings.keys.editing.title(name)}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': strings.common.close }}
    >
      <EditKeyForm
        key={base.resourceVersion}
        opened={base}
        onSaved={saved}
        onCancel={onClose}
        onReload={reload}
      />
    </Drawer>
  );
}
