/** Contract of the store of named admin tokens: what may come in by which hash. Methods reject with `StoreUnavailable`. */
export const tokenRoles = ['admin', 'viewer', 'owner'] as const;

export interface NamedToken {
  name: string;
  role: (typeof tokenRoles)[number];
  /** Of an owner. */
  team?: string;
  /** RFC 3339. */
  createdAt: string;
}

export interface AdminTokens {
  /** By name. */
  list(): NamedToken[] | Promise<NamedToken[]>;
  /** `hash`: lower-case hex SHA-256 of the value, which is kept nowhere. */
  findByHash(hash: string): NamedToken | undefined | Promise<NamedToken | undefined>;
  /** False when the name is taken. */
  create(token: NamedToken, hash: string): boolean | Promise<boolean>;
  /** False when there is none. In force for all that use the store once it resolved. */
  delete(name: string): boolean | Promise<boolean>;
}
