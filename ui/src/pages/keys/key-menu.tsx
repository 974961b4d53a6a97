import { ActionIcon, Menu } from '@mantine/core';
import { useState } from 'react';
import type { Key } from '../../api/types.ts';
import { strings } from '../../strings.ts';
import { DeleteKeyDialog } from './delete-key-dialog.tsx';
import { RotateKeyDialog } from './rotate-key-dialog.tsx';
import { useToggleKey } from './use-toggle-key.ts';

export function KeyMenu({ item }: { item: Key }) {
  const [dialog, setDialog] = useState<'rotate' | 'delete'>();
  const toggle = useToggleKey(item);
  const close = () => setDialog(undefined);
  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={strings.keys.actionsOf(item.name.slice(0, 80))}
          >
            <svg viewBox="0 0 24 24" width="18" height="18" fill="currentColor" aria-hidden="true">
              <circle cx="5" cy="12" r="2" />
              <circle cx="12" cy="12" r="2" />
              <circle cx="19" cy="12" r="2" />
            </svg>
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setDialog('rotate')}>{strings.keys.rotate}</Menu.Item>
          <Menu.Item onClick={() => toggle.mutate()}>
            {item.status === 'disabled' ? strings.keys.enable : strings.keys.disable}
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item color="red" onClick={() => setDialog('delete')}>
            {strings.keys.delete}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <RotateKeyDialog item={item} opened={dialog === 'rotate'} onClose={close} />
      <DeleteKeyDialog item={item} opened={dialog === 'delete'} onClose={close} />
    </>
  );
}
