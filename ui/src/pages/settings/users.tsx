import { Button, Group, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { changeUser, deleteUser, type User } from '../../api/users.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { ServerList } from '../../components/server-list.tsx';
import { strings } from '../../strings.ts';
import { DeleteDialog } from './delete-dialog.tsx';
import { OidcFacts } from './oidc-facts.tsx';
import { roleFilter } from './rights-fields.tsx';
import type { SettingsSearch } from './settings-search.ts';
import { UserDialog } from './user-dialog.tsx';
import { UserTable } from './user-table.tsx';

const texts = strings.users;

const statusFilter = {
  name: 'status',
  label: texts.status,
  options: [
    { value: 'active', label: texts.active },
    { value: 'disabled', label: texts.disabled },
  ],
};

interface UsersProps {
  search: SettingsSearch;
  onChange: (next: SettingsSearch) => void;
}

export function Users({ search, onChange }: UsersProps) {
  const [editing, setEditing] = useState<User | 'new'>();
  const [deleting, setDeleting] = useState<User>();
  const queryClient = useQueryClient();
  const toggle = useMutation({
    mutationFn: ({ name, disabled }: User) => changeUser({ name, disabled: !disabled }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['users'] }),
  });
  return (
    <>
      <Group justify="space-between" align="flex-start" mb="md">
        <Text size="sm" c="dimmed" style={{ flex: '1 1 20rem' }}>
          {texts.intro}
        </Text>
        <Button onClick={() => setEditing('new')}>{texts.create}</Button>
      </Group>
      {toggle.error !== null && <ErrorNotice error={toggle.error} />}
      <ServerList<User, SettingsSearch>
        path="/users"
        queryKey={['users']}
        what={texts.what}
        fileName="users"
        search={search}
        searchHint={strings.settings.tokens.searchHint}
        filters={[roleFilter, statusFilter]}
        onChange={onChange}
        empty={<EmptyState title={texts.none} text={texts.noneText} />}
      >
        {(users) => (
          <UserTable
            users={users}
            search={search}
            onChange={onChange}
            onEdit={setEditing}
            onToggle={(user) => toggle.mutate(user)}
            onDelete={setDeleting}
          />
        )}
      </ServerList>
      <OidcFacts />
      <UserDialog user={editing} onClose={() => setEditing(undefined)} />
      <DeleteDialog
        named={deleting}
        texts={texts}
        remove={deleteUser}
        queryKey={['users']}
        onClose={() => setDeleting(undefined)}
      />
    </>
  );
}
