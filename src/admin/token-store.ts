/** Named admin tokens: their values, which are made here and kept nowhere. */
import type { AdminTokens, NamedToken } from '../storage/admin-tokens.ts';
import { sha256 } from './same-secret.ts';

export { type NamedToken, tokenRoles } from '../storage/admin-tokens.ts';

const mark = 'tga_';
const shape = /^tga_[\w-]{43}$/;

export class TokenStore {
  readonly #kept: AdminTokens;
  readonly #randomBytes: (count: number) => Uint8Array;

  constructor(kept: AdminTokens, randomBytes: (count: number) => Uint8Array) {
    this.#kept = kept;
    this.#randomBytes = randomBytes;
  }

  async list(): Promise<NamedToken[]> {
    return this.#kept.list();
  }

  async findByHash(hash: string): Promise<NamedToken | undefined> {
    return this.#kept.findByHash(hash);
  }

  /** Nothing is looked up for what can be no token. */
  async findByValue(value: string): Promise<NamedToken | undefined> {
    return shape.test(value) ? this.#kept.findByHash(sha256(value)) : undefined;
  }

  /** The value is returned this once and kept nowhere; undefined when the name is taken. */
  async create(token: NamedToken): Promise<string | undefined> {
    const value = mark + Buffer.from(this.#randomBytes(32)).toString('base64url');
    return (await this.#kept.create(token, sha256(value))) ? value : undefined;
  }

  /** False when there is none. */
  async delete(name: string): Promise<boolean> {
    return this.#kept.delete(name);
  }
}
