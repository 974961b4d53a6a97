/**
 * Finds pages of VirtualKeys. What few keys can match is found by the narrowest index and then put in order; what very many do
 * is met soon enough by walking in order. So a page costs about the same however many keys there are.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { KubeObject } from '../../core/resources/object.ts';
import type { KeyDirectory, KeyFilter, KeyOrder, KeyPage } from '../key-directory.ts';
import { type Condition, conditionsOf, type Value } from './virtual-key-conditions.ts';
import { byName, compareBy, type Found, foundColumns, goesByStatus } from './virtual-key-order.ts';

interface Part {
  rows(offset: number, limit: number): Found[];
  /** At most `most`. */
  count(most: number): number;
}

export interface SearchBounds {
  /** Up to so many are counted and put in order one by one. */
  few: number;
  /** So many are looked at where only a look tells, and to count what several conditions let through of which none is narrow. */
  looked: number;
}

const usualBounds: SearchBounds = { few: 10_000, looked: 20_000 };

export class VirtualKeySearch implements KeyDirectory {
  readonly #database: DatabaseSync;
  readonly #bounds: SearchBounds;
  readonly #body;
  readonly #byHash;

  constructor(database: DatabaseSync, bounds = usualBounds) {
    this.#database = database;
    this.#bounds = bounds;
    this.#body = database.prepare('SELECT body FROM virtual_key WHERE id = ?');
    this.#byHash = database.prepare(
      'SELECT body FROM virtual_key WHERE hash = ?1 UNION ALL SELECT body FROM virtual_key WHERE previous = ?1 LIMIT 1',
    );
  }

  byHash(sha256: string): KubeObject | undefined {
    const body = this.#byHash.get(Buffer.from(sha256, 'hex'))?.['body'];
    return body === undefined ? undefined : (JSON.parse(body as string) as KubeObject);
  }

  find(filter: KeyFilter, order: KeyOrder, page: { offset: number; limit: number }): KeyPage {
    const conditions = conditionsOf(filter);
    const found = this.#narrow(conditions);
    if (found !== undefined) {
      found.sort(compareBy(order));
      const { offset, limit } = page;
      return { objects: this.#objects(found.slice(offset, offset + limit)), total: found.length };
    }
    const rows = this.#walk(conditions, order, page);
    const objects = this.#objects(rows);
    const all = this.count();
    if (conditions.length === 0) return { objects, total: all };
    if (all <= this.#bounds.looked) return { objects, total: this.#countAll(conditions) };
    const least = rows.length === 0 ? 0 : page.offset + rows.length;
    return { objects, total: Math.max(least, this.#countSome(conditions)), atLeast: true };
  }

  findAfter(filter: KeyFilter, after: { name: string; namespace: string }, limit: number): KubeObject[] {
    const conditions = conditionsOf(filter);
    const behind = { holds: '(v.name, v.namespace) > (?, ?)', values: [after.name, after.namespace] };
    const found = this.#narrow(conditions);
    if (found === undefined) {
      const page = { offset: 0, limit };
      return this.#objects(this.#walk([...conditions, behind], { by: 'name', descending: false }, page));
    }
    const later = found.filter((row) => byName(row, after) > 0).sort(byName);
    return this.#objects(later.slice(0, limit));
  }

  /** All that match, when one of the conditions lets only a few through. */
  #narrow(conditions: readonly Condition[]): Found[] | undefined {
    const { few } = this.#bounds;
    let narrowest: { condition: Condition; count: number } | undefined;
    for (const condition of conditions) {
      if (condition.from === undefined) continue;
      const sql = `SELECT count(*) AS n FROM (SELECT 1 FROM ${condition.counted ?? condition.from} LIMIT ${few + 1})`;
      const count = this.#number(sql, condition.values);
      if (count <= few && count < (narrowest?.count ?? few + 1)) narrowest = { condition, count };
    }
    if (narrowest === undefined) return undefined;
    const { condition } = narrowest;
    const others = conditions.filter((other) => other !== condition);
    const where = others.map(({ holds }) => `AND ${holds}`).join(' ');
    return this.#all(`SELECT ${foundColumns} FROM ${condition.from} ${where}`, [
      ...condition.values,
      ...others.flatMap(({ values }) => values),
    ]);
  }

  #walk(
    conditions: readonly Condition[],
    order: KeyOrder,
    { offset, limit }: { offset: number; limit: number },
  ): Found[] {
    const rows: Found[] = [];
    let skip = offset;
    for (const part of this.#parts(conditions, order)) {
      const found = part.rows(skip, limit - rows.length);
      rows.push(...found);
      if (rows.length === limit) break;
      skip = found.length > 0 ? 0 : skip - part.count(skip);
    }
    return rows;
  }

  /** Ranks make two of one order: those that have one, and all others by name. */
  #parts(conditions: readonly Condition[], order: KeyOrder): Part[] {
    const { by, descending, ranks = new Map() } = order;
    const direction = descending ? 'DESC' : 'ASC';
    const inOrder = conditions.find((condition) => condition.byName);
    if (by === 'name')
      return [this.#part(conditions, inOrder ?? 'name', `v.name ${direction}, v.namespace ${direction}`)];
    if (by === 'owner') {
      const columns = ['v.owner', 'v.name', 'v.namespace'].map((column) => `${column} ${direction}`);
      return [this.#part(conditions, 'owner', columns.join(', '))];
    }
    const named = 'v.name, v.namespace';
    if (goesByStatus(order)) {
      const used = [...conditions, { holds: 'v.last_used > 0', values: [] }];
      const never = [...conditions, { holds: 'v.last_used = 0', values: [] }];
      const parts = [
        this.#part(used, 'used', `v.last_used ${direction}, ${named}`),
        this.#part(never, 'used', named),
      ];
      return descending ? parts : parts.reverse();
    }
    const ranked = this.#ranked(conditions, ranks).sort(compareBy(order));
    const ids = JSON.stringify(ranked.map(({ id }) => id));
    const others = { holds: 'v.id NOT IN (SELECT value FROM json_each(?))', values: [ids] };
    const parts = [
      {
        rows: (offset: number, limit: number) => ranked.slice(offset, offset + limit),
        count: (most: number) => Math.min(most, ranked.length),
      },
      this.#part([...conditions, others], inOrder ?? 'name', named),
    ];
    return descending ? parts : parts.reverse();
  }

  /** `by`: the index that is in this order, or the condition whose own index is. */
  #part(conditions: readonly Condition[], by: Condition | string, order: string): Part {
    const first = typeof by === 'string' ? undefined : by;
    const others = conditions.filter((condition) => condition !== first);
    const from = first?.from ?? `virtual_key AS v INDEXED BY virtual_key_${by} WHERE true`;
    const given = others.filter(({ scans }) => scans !== true);
    const scans = others.filter((condition) => condition.scans === true);
    const rows = [from, ...given.map(({ holds }) => holds)].join(' AND ');
    const some = `(SELECT ${foundColumns}, v.text FROM ${rows} ORDER BY ${order} LIMIT ${this.#bounds.looked}) AS v`;
    const sql = scans.length === 0 ? rows : `${some} WHERE ${scans.map(({ holds }) => holds).join(' AND ')}`;
    const values = [...(first?.values ?? []), ...[...given, ...scans].flatMap((one) => one.values)];
    return {
      rows: (offset, limit) =>
        this.#all(`SELECT ${foundColumns} FROM ${sql} ORDER BY ${order} LIMIT ? OFFSET ?`, [
          ...values,
          limit,
          offset,
        ]),
      count: (most) =>
        this.#number(`SELECT count(*) AS n FROM (SELECT 1 FROM ${sql} LIMIT ?)`, [...values, most]),
    };
  }

  #ranked(conditions: readonly Condition[], ranks: ReadonlyMap<string, number>): Found[] {
    const names = [...ranks].filter(([, rank]) => rank !== 0).map(([id]) => id.split('/').slice(1));
    const where = conditions.map(({ holds }) => `AND ${holds}`).join(' ');
    const sql = `SELECT ${foundColumns}
      FROM json_each(?) AS asked CROSS JOIN virtual_key AS v
      WHERE v.namespace = asked.value ->> 0 AND v.name = asked.value ->> 1 ${where}`;
    return this.#all(sql, [JSON.stringify(names), ...conditions.flatMap(({ values }) => values)]);
  }

  #objects(rows: readonly Found[]): KubeObject[] {
    return rows.map(({ id }) => JSON.parse(this.#body.get(id)!['body'] as string) as KubeObject);
  }

  /** Of all keys. */
  count(): number {
    return this.#number('SELECT keys AS n FROM virtual_keys', []);
  }

  #countAll(conditions: readonly Condition[]): number {
    const where = conditions.map(({ holds }) => holds).join(' AND ');
    const values = conditions.flatMap((condition) => condition.values);
    return this.#number(`SELECT count(*) AS n FROM virtual_key AS v WHERE ${where}`, values);
  }

  #countSome(conditions: readonly Condition[]): number {
    const { few, looked } = this.#bounds;
    const [first, ...others] = [...conditions].sort((a, b) => Number(!a.from) - Number(!b.from));
    if (others.length === 0 && first?.from !== undefined) return few;
    if (first?.from === undefined) return 0;
    const where = conditions.map(({ holds }) => holds).join(' AND ');
    const values = conditions.flatMap((condition) => condition.values);
    const candidates = `SELECT v.id FROM ${first.from} LIMIT ${looked}`;
    return this.#number(
      `SELECT count(*) AS n FROM (${candidates}) AS c CROSS JOIN virtual_key AS v ON v.id = c.id WHERE ${where}`,
      [...first.values, ...values],
    );
  }

  #number(sql: string, values: readonly Value[]): number {
    return Number(this.#database.prepare(sql).get(...values)!['n']);
  }

  #all(sql: string, values: readonly Value[]): Found[] {
    return this.#database.prepare(sql).all(...values) as unknown as Found[];
  }
}
