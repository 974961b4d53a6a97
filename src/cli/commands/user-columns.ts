/** How a user of the console looks in a line. */
import { momentText, orDash } from '../output/figures.ts';
import type { Column } from '../output/table.ts';

export interface User {
  name: string;
  role: 'admin' | 'viewer' | 'owner';
  team?: string;
  disabled: boolean;
  createdAt: string;
  passwordChangedAt: string;
}

export const userColumns: readonly Column<User>[] = [
  { title: 'NAME', text: ({ name }) => name },
  { title: 'ROLE', text: ({ role }) => role },
  { title: 'TEAM', text: ({ team }) => orDash(team), value: ({ team }) => team ?? '' },
  {
    title: 'STATUS',
    name: 'disabled',
    text: ({ disabled }) => (disabled ? 'disabled' : 'active'),
    value: ({ disabled }) => String(disabled),
    style: ({ disabled }) => (disabled ? 'warning' : undefined),
  },
  moment('CREATED', 'createdAt'),
  moment('PASSWORD SINCE', 'passwordChangedAt'),
];

function moment(title: string, name: 'createdAt' | 'passwordChangedAt'): Column<User> {
  return { title, name, text: (user) => momentText(user[name]), value: (user) => user[name] };
}
