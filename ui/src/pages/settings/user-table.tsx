import { Badge, Button, Group, Table } from '@mantine/core';
import type { User } from '../../api/users.ts';
import { Moment } from '../../components/moment.tsx';
import { strings } from '../../strings.ts';

const texts = strings.users;
const tokenTexts = strings.settings.tokens;

interface UserTableProps {
  users: User[];
  onEdit: (user: User) => void;
  onToggle: (user: User) => void;
  onDelete: (user: User) => void;
}

export function UserTable({ users, ...actions }: UserTableProps) {
  return (
    <Table.ScrollContainer minWidth={780} mb="lg">
      <Table verticalSpacing="xs" aria-label={texts.table}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{texts.name}</Table.Th>
            <Table.Th>{tokenTexts.role}</Table.Th>
            <Table.Th>{tokenTexts.team}</Table.Th>
            <Table.Th>{texts.status}</Table.Th>
            <Table.Th>{texts.passwordChanged}</Table.Th>
            <Table.Th>{strings.keys.columns.actions}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {users.map((user) => (
            <UserRow key={user.name} user={user} {...actions} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function UserRow({ user, onEdit, onToggle, onDelete }: Omit<UserTableProps, 'users'> & { user: User }) {
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
