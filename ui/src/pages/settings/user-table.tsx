import { Badge, Button, Group, Table } from '@mantine/core';
import type { User } from '../../api/users.ts';
import { ListHead } from '../../components/list-head.tsx';
import { Moment } from '../../components/moment.tsx';
import { strings } from '../../strings.ts';
import type { SettingsSearch } from './settings-search.ts';

const texts = strings.users;
const tokenTexts = strings.settings.tokens;

const columns = [
  { label: texts.name, sort: 'name' },
  { label: tokenTexts.role, sort: 'role' },
  { label: tokenTexts.team, sort: 'team' },
  { label: texts.status, sort: 'status' },
  { label: texts.passwordChanged, sort: 'passwordChangedAt', mostFirst: true },
  { label: strings.keys.columns.actions },
];

interface UserActions {
  onEdit: (user: User) => void;
  onToggle: (user: User) => void;
  onDelete: (user: User) => void;
}

interface UserTableProps extends UserActions {
  users: User[];
  search: SettingsSearch;
  onChange: (next: SettingsSearch) => void;
}

export function UserTable({ users, search, onChange, ...actions }: UserTableProps) {
  return (
    <Table.ScrollContainer minWidth={780} mb="lg">
      <Table verticalSpacing="xs" aria-label={texts.table}>
        <ListHead columns={columns} search={search} first="name" onChange={onChange} />
        <Table.Tbody>
          {users.map((user) => (
            <UserRow key={user.name} user={user} {...actions} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function UserRow({ user, onEdit, onToggle, onDelete }: UserActions & { user: User }) {
  const { name, role, team, disabled, passwordChangedAt } = user;
  return (
    <Table.Tr>
      <Table.Td className="break">{name}</Table.Td>
      <Table.Td>{tokenTexts.shortRoles[role] ?? role}</Table.Td>
      <Table.Td className="break">{team ?? strings.none}</Table.Td>
      <Table.Td>
        <Badge variant="dot" color={disabled ? 'gray.5' : 'teal'} tt="none" miw="max-content">
          {disabled ? texts.disabled : texts.active}
        </Badge>
      </Table.Td>
      <Table.Td>
        <Moment time={passwordChangedAt} />
      </Table.Td>
      <Table.Td>
        <Group gap={4} wrap="nowrap">
          <Button
            size="compact-sm"
            variant="subtle"
            aria-label={texts.editOf(name)}
            onClick={() => onEdit(user)}
          >
            {texts.edit}
          </Button>
          <Button
            size="compact-sm"
            variant="subtle"
            aria-label={disabled ? texts.enableOf(name) : texts.disableOf(name)}
            onClick={() => onToggle(user)}
          >
            {disabled ? texts.enable : texts.disable}
          </Button>
          <Button
            size="compact-sm"
            variant="subtle"
            color="red"
            aria-label={texts.deleteOf(name)}
            onClick={() => onDelete(user)}
          >
            {strings.keys.delete}
          </Button>
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}
