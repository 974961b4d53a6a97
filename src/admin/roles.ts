/** Who there is, and who may call what. */

/** Of whoever is logged in. `owner`: of a team's keys, budgets, usage and calls. `holder`: of a virtual key. */
export type Role = 'admin' | 'viewer' | 'owner' | 'holder';

/**
 * Who may call each kind of route; nothing else decides. An owner is handed a context that holds the own team's things alone
 * (`team-scope.ts`).
 */
export const rolesOf = {
  /** Nobody need be logged in. */
  open: ['admin', 'viewer', 'owner', 'holder'],
  holder: ['admin', 'viewer', 'owner', 'holder'],
  team: ['admin', 'viewer', 'owner'],
  'team-change': ['admin', 'owner'],
  viewer: ['admin', 'viewer'],
  admin: ['admin'],
  /** What people and models said. */
  content: ['admin'],
} as const satisfies Record<string, readonly Role[]>;

export type Access = keyof typeof rolesOf;
