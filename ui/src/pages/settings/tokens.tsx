import { Button, Group, Loader, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type AdminToken, deleteToken, listTokens } from '../../api/tokens.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Moment } from '../../components/moment.tsx';
import { strings } from '../../strings.ts';
import { CreateTokenDialog } from './create-token-dialog.tsx';
import { DeleteDialog } from './delete-dialog.tsx';

const texts = strings.settings.tokens;

export function Tokens() {
  const [creating, setCreating] = useState(false);
  const [deleting, setDeleting] = useState<AdminToken>();
  const { data, error, refetch } = useQuery({
    queryKey: ['tokens'],
    queryFn: ({ signal }) => listTokens(signal),
  });
  return (
    <>
      <Group justify="space-between" align="flex-start" mb="md">
        <Text size="sm" c="dimmed" style={{ flex: '1 1 20rem' }}>
          {texts.intro}
        </Text>
        <Button onClick={() => setCreating(true)}>{texts.create}</Button>
      </Group>
      {error !== null && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Loader aria-label={strings.loading} />}
      {data?.items.length === 0 && <Text>{texts.none}</Text>}
      {data !== undefined && data.items.length > 0 && (
        <Table.ScrollContainer minWidth={560}>
          <Table verticalSpacing="xs" aria-label={texts.table}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{texts.name}</Table.Th>
                <Table.Th>{texts.role}</Table.Th>
                <Table.Th>{texts.team}</Table.Th>
                <Table.Th>{texts.createdAt}</Table.Th>
                <Table.Th>{strings.keys.columns.actions}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data.items.map((token) => (
                <Table.Tr key={token.name}>
                  <Table.Td className="break">{token.name}</Table.Td>
                  <Table.Td>{texts.shortRoles[token.role] ?? token.role}</Table.Td>
                  <Table.Td className="break">{token.team ?? strings.none}</Table.Td>
                  <Table.Td>
                    <Moment time={token.createdAt} />
                  </Table.Td>
                  <Table.Td>
                    <Button
                      size="compact-sm"
                      variant="subtle"
                      color="red"
                      aria-label={texts.deleteOf(token.name)}
                      onClick={() => setDeleting(token)}
                    >
                      {strings.keys.delete}
                    </Button>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      <CreateTokenDialog opened={creating} onClose={() => setCreating(false)} />
      <DeleteDialog
        named={deleting}
        texts={texts}
        remove={deleteToken}
        queryKey={['tokens']}
        onClose={() => setDeleting(undefined)}
      />
    </>
  );
}
