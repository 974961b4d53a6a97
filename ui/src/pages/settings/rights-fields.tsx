import { Select, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import type { TokenRole } from '../../api/tokens.ts';
import { strings } from '../../strings.ts';

const texts = strings.settings.tokens;
const roles = Object.entries(texts.roles).map(([value, label]) => ({ value, label }));

/** Of lists of whoever has a role. */
export const roleFilter = {
  name: 'role',
  label: texts.role,
  options: Object.entries(texts.shortRoles).map(([value, label]) => ({ value, label })),
};

export interface Rights {
  role: TokenRole;
  /** Of an owner. */
  team: string;
}

export const teamFault = (team: string, { role }: Rights) =>
  role === 'owner' && team.trim() === '' ? texts.teamMissing : null;

/** As the API takes them. */
export const rightsOf = ({ role, team }: Rights) => ({
  role,
  ...(role === 'owner' ? { team: team.trim() } : {}),
});

export function RightsFields<Values extends Rights>({ form }: { form: UseFormReturnType<Values> }) {
  return (
    <>
      <Select label={texts.role} data={roles} allowDeselect={false} {...form.getInputProps('role')} />
      {form.values.role === 'owner' && (
        <TextInput
          label={texts.team}
          description={texts.teamHint}
          required
          maxLength={63}
          {...form.getInputProps('team')}
        />
      )}
    </>
  );
}
