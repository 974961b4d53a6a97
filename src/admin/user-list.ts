/** What is told of users, never their hashes; and their list. */
import { consoleRoles } from '../core/login/person.ts';
import { flag, record, required, text } from '../core/resources/schema-builders.ts';
import type { ConsoleUser, StoredUser } from '../storage/users.ts';
import type { Listing } from './listing.ts';
import { maxPassword, minPassword } from './password-hash.ts';

export const userFields = {
  name: text('What is typed at the login, such as `anna` or `anna@example.com`; the audit log has it.', {
    minLength: 1,
    maxLength: 63,
    pattern: '^[a-z0-9]([-a-z0-9.@_+]*[a-z0-9])?$',
  }),
  role: text('`viewer`: sees everything. `owner`: sees and changes what has the label `team`.', {
    enum: [...consoleRoles],
  }),
  team: text('Of an owner: the value of the label `team`.', { minLength: 1, maxLength: 63 }),
  password: text('Kept as a hash alone.', { minLength: minPassword, maxLength: maxPassword }),
};

export const userSchema = record('A user.', {
  name: required(userFields.name),
  role: required(userFields.role),
  team: userFields.team,
  disabled: required(flag('Cannot log in.')),
  createdAt: required(text('When.', { format: 'date-time' })),
  passwordChangedAt: required(text('When.', { format: 'date-time' })),
});

const columns = {
  name: ({ name }: StoredUser) => name,
  role: ({ role }: StoredUser) => role,
  team: ({ team }: StoredUser) => team,
  status: ({ disabled }: StoredUser) => (disabled ? 'disabled' : 'active'),
  createdAt: ({ createdAt }: StoredUser) => createdAt,
  passwordChangedAt: ({ passwordChangedAt }: StoredUser) => passwordChangedAt,
};

export const userListing: Listing<StoredUser> = {
  fileName: 'users',
  item: userSchema,
  textsOf: ({ name, team }) => [name, team],
  filters: {
    role: {
      schema: text('Only these.', { enum: [...consoleRoles] }),
      lets: ({ role }, wanted) => role === wanted,
    },
    status: {
      schema: text('Only these.', { enum: ['active', 'disabled'] }),
      lets: (user, wanted) => columns.status(user) === wanted,
    },
  },
  sorts: columns,
  columns,
  shown: shownUser,
};

export function shownUser({ passwordHash: _, ...user }: StoredUser): ConsoleUser {
  return user;
}
