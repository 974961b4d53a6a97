import { Button, Group, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { type AdminToken, deleteToken } from '../../api/tokens.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ListHead } from '../../components/list-head.tsx';
import { Moment } from '../../components/moment.tsx';
import { ServerList } from '../../components/server-list.tsx';
import { strings } from '../../strings.ts';
import { CreateTokenDialog } from './create-token-dialog.tsx';
import { DeleteDialog } from './delete-dialog.tsx';
import { roleFilter } from './rights-fields.tsx';
import type { SettingsSearch } from './settings-search.ts';

const texts = strings.settings.tokens;
const columns = [
  { label: texts.name, sort: 'name' },
  { label: texts.role, sort: 'role' },
  { label: texts.team, sort: 'team' },
  { label: texts.createdAt, sort: 'createdAt', mostFirst: true },
  { label: strings.keys.columns.actions },
];

interface TokensProps {
  search: SettingsSearch;
  onChange: (next: SettingsSearch) => void;
}

export function Tokens({ search, onChange }: TokensProps) {
  const [creating, setCreating] = useState(false);
  const [deleting, setDeleting] = useState<AdminToken>();
  const create = <Button onClick={() => setCreating(true)}>{texts.create}</Button>;
  return (
    <>
      <Group justify="space-between" align="flex-start" mb="md">
        <Text size="sm" c="dimmed" style={{ flex: '1 1 20rem' }}>
          {texts.intro}
        </Text>
        {create}
      </Group>
      <ServerList<AdminToken, SettingsSearch>
        path="/tokens"
        queryKey={['tokens']}
        what={texts.what}
        fileName="tokens"
        search={search}
        searchHint={texts.searchHint}
        filters={[roleFilter]}
        onChange={onChange}
        empty={<EmptyState title={texts.none} text={texts.noneText} />}
      >
        {(tokens) => (
          <Table.ScrollContainer minWidth={560}>
            <Table verticalSpacing="xs" aria-label={texts.table}>
              <ListHead columns={columns} search={search} first="name" onChange={onChange} />
              <Table.Tbody>
                {tokens.map((token) => (
                  <TokenRow key={token.name} token={token} onDelete={() => setDeleting(token)} />
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
      </ServerList>
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

function TokenRow({ token, onDelete }: { token: AdminToken; onDelete: () => void }) {
  const { name, role, team, createdAt } = token;
  return (
    <Table.Tr>
      <Table.Td className="break">{name}</Table.Td>
      <Table.Td>{texts.shortRoles[role] ?? role}</Table.Td>
      <Table.Td className="break">{team ?? strings.none}</Table.Td>
      <Table.Td>
        <Moment time={createdAt} />
      </Table.Td>
      <Table.Td>
        <Button
          size="compact-sm"
          variant="subtle"
          color="red"
          aria-label={texts.deleteOf(name)}
          onClick={onDelete}
        >
          {strings.keys.delete}
        </Button>
      </Table.Td>
    </Table.Tr>
  );
}
