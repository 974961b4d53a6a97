/** `/tokens`: admin tokens for people and programs, each with a name and a role. */
import { record, required, text } from '../core/resources/schema-builders.ts';
import { answerList, type Listing, listAnswer, listParameters } from './listing.ts';
import { badField, notFound, Problem } from './problem.ts';
import type { Call, Route } from './route.ts';
import { type NamedToken, tokenRoles } from './token-store.ts';

const fields = {
  name: required(
    text('Of whom or what it is for; the audit log has it.', {
      minLength: 1,
      maxLength: 63,
      pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$',
    }),
  ),
  role: required(
    text('`viewer`: sees everything. `owner`: sees and changes what has the label `team`.', {
      enum: [...tokenRoles],
    }),
  ),
  team: text('Of an owner: the value of the label `team`.', { minLength: 1, maxLength: 63 }),
};

const tokenSchema = record('An admin token; its value is kept nowhere.', {
  ...fields,
  createdAt: required(text('When it was made.', { format: 'date-time' })),
});

const columns = {
  name: ({ name }: NamedToken) => name,
  role: ({ role }: NamedToken) => role,
  team: ({ team }: NamedToken) => team,
  createdAt: ({ createdAt }: NamedToken) => createdAt,
};

const listing: Listing<NamedToken> = {
  fileName: 'tokens',
  item: tokenSchema,
  textsOf: ({ name, team }) => [name, team],
  filters: {
    role: {
      schema: text('Only these.', { enum: [...tokenRoles] }),
      lets: ({ role }, wanted) => role === wanted,
    },
  },
  sorts: columns,
  columns,
  shown: (token) => token,
};

export const tokenRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/tokens',
    access: 'admin',
    summary: 'Admin tokens, beside the one of the data directory',
    query: listParameters(listing),
    answer: listAnswer(listing),
    serve: async ({ gatekeeper, query }) => answerList(listing, await gatekeeper.tokens.list(), query),
  },
  {
    method: 'POST',
    path: '/tokens',
    access: 'admin',
    summary: 'Make an admin token with a role',
    body: record('A token to make.', fields),
    answer: {
      status: 201,
      description: 'Made',
      schema: record('The token and its value.', {
        token: required(tokenSchema),
        value: required(text('Shown this once.')),
      }),
    },
    serve: createToken,
  },
  {
    method: 'DELETE',
    path: '/tokens/{name}',
    access: 'admin',
    summary: 'Delete a token: it and its sessions open nothing any more',
    answer: { status: 204, description: 'Deleted' },
    async serve(call) {
      const { gatekeeper, path } = call;
      const name = path['name']!;
      if (!(await gatekeeper.tokens.delete(name))) throw notFound('such token');
      call.audit('tokens.delete', `Token/${name}`);
      return { status: 204 };
    },
  },
];

async function createToken(call: Call) {
  const { context, gatekeeper } = call;
  const { name, role, team } = call.body as Pick<NamedToken, 'name' | 'role' | 'team'>;
  if (role === 'owner' && team === undefined) throw badField('team', 'an owner is one of a team: say which');
  if (role !== 'owner' && team !== undefined)
    throw badField('team', `a token with role ${role} is of no team: leave it out`);
  // What the audit log calls the token of the data directory.
  if (name === 'admin') throw nameTaken();
  const createdAt = new Date(context.nowMs()).toISOString();
  const token: NamedToken = { name, role, ...(team === undefined ? {} : { team }), createdAt };
  const value = await gatekeeper.tokens.create(token);
  if (value === undefined) throw nameTaken();
  call.audit('tokens.create', `Token/${name}`, { role, ...(team === undefined ? {} : { team }) });
  return { status: 201, json: { token, value } };
}

function nameTaken(): Problem {
  return new Problem(409, 'exists', 'this name is taken', 'name');
}
