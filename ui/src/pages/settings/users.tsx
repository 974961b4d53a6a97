import { Button, Group, Loader, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { changeUser, deleteUser, listUsers, type User } from '../../api/users.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { strings } from '../../strings.ts';
import { DeleteDialog } from './delete-dialog.tsx';
import { OidcFacts } from './oidc-facts.tsx';
import { UserDialog } from './user-dialog.tsx';
import { UserTable } from './user-table.tsx';

const texts = strings.users;

export function Users() {
  const [editing, setEditing] = useState<User | 'new'>();
  const [deleting, setDeleting] = useState<User>();
  const queryClient = useQueryClient();
  const { data, error, refetch } = useQuery({
    queryKey: ['users'],
    queryFn: ({ signal }) => listUsers(signal),
  });
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
      {error !== null && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {toggle.error !== null && <ErrorNotice error={toggle.error} />}
      {data === undefined && error === null && <Loader aria-label={strings.loading} />}
      {data?.items.length === 0 && <Text mb="md">{texts.none}</Text>}
      {data !== undefined && data.items.length > 0 && (
        <UserTable
          users={data.items}
          onEdit={setEditing}
          onToggle={(user) => toggle.mutate(user)}
          onDelete={setDeleting}
        />
      )}
      {data !== undefined && <OidcFacts />}
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
