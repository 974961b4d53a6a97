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
  ids(offset: number, limit: number): number[];
  /** At most `most`. */
  count(most: number): number;
}

export interface SearchBounds {
  /** So many are read and put in order one by one; in the order of names walking is cheaper from `fewByName` on. */
  few: number;
  fewByName: number;
  /** So many are counted to find the narrowest condition. */
  counted: number;
  /** So many are counted of what a single condition lets through, divided by its `cost`. */
  exact: number;
  /** So many are looked at where only a look tells. */
  looked: number;
  /** Of what the narrowest of several conditions lets through, so many are looked at to count. */
  candidates: number;
}

const usualBounds: SearchBounds = {
  few: 5_000,
  fewByName: 1_000,
  counted: 10_000,
  // 30 ms of CPU.
  exact: 500_000,
  looked: 20_000,
  candidates: 4_000,
};

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
    const { few, fewByName } = this.#bounds;
    const narrowest = this.#narrowest(conditions);
    if (narrowest !== undefined && narrowest.count <= (order.by === 'name' ? fewByName : few)) {
      const found = this.#found(narrowest.condition, conditions).sort(compareBy(order));
      const { offset, limit } = page;
      return { objects: this.#objects(idsOf(found.slice(offset, offset + limit))), total: found.length };
    }
    const all = this.count();
    if (conditions.length === 0)
      return { objects: this.#objects(this.#pageOfAll(order, page, all)), total: all };
    const ids = this.#walk(conditions, order, page);
    const objects = this.#objects(ids);
    if (all <= this.#bounds.looked) return { objects, total: this.#countAll(conditions) };
    const { total, atLeast } = this.#countSome(conditions, narrowest);
    const least = ids.length === 0 ? 0 : page.offset + ids.length;
    return { objects, ...(atLeast ? { total: Math.max(least, total), atLeast } : { total }) };
  }

  findAfter(filter: KeyFilter, after: { name: string; namespace: string }, limit: number): KubeObject[] {
    const conditions = conditionsOf(filter);
    const behind = {
      holds: '(v.name, v.namespace) > (?, ?)',
      values: [after.name, after.namespace],
      onNames: true,
    };
    const narrowest = this.#narrowest(conditions);
    if (narrowest === undefined || narrowest.count > this.#bounds.fewByName) {
      const page = { offset: 0, limit };
      return this.#objects(this.#walk([...conditions, behind], { by: 'name', descending: false }, page));
    }
    const found = this.#found(narrowest.condition, conditions);
    const later = found.filter((row) => byName(row, after) > 0).sort(byName);
    return this.#objects(idsOf(later.slice(0, limit)));
  }

  /** From the nearer end. */
  #pageOfAll(order: KeyOrder, { offset, limit }: { offset: number; limit: number }, all: number): number[] {
    const isBehind = offset > all / 2 && (order.by === 'name' || order.by === 'owner');
    if (!isBehind) return this.#walk([], order, { offset, limit });
    const end = Math.min(all, offset + limit);
    const reverse = { ...order, descending: !order.descending };
    return this.#walk([], reverse, { offset: all - end, limit: Math.max(0, end - offset) }).reverse();
  }

  /** The condition that lets the fewest through, as far as they are counted. */
  #narrowest(conditions: readonly Condition[]): { condition: Condition; count: number } | undefined {
    let narrowest: { condition: Condition; count: number } | undefined;
    for (const condition of conditions) {
      if (condition.from === undefined) continue;
      const count = this.#countUpTo(condition, this.#bounds.counted + 1);
      if (narrowest === undefined || count < narrowest.count) narrowest = { condition, count };
    }
    return narrowest;
  }

  /** All that match, in no order. */
  #found(narrowest: Condition, conditions: readonly Condition[]): Found[] {
    const others = conditions.filter((other) => other !== narrowest);
    const where = others.map(({ holds }) => `AND ${holds}`).join(' ');
    return this.#all(`SELECT ${foundColumns} FROM ${narrowest.from} ${where}`, [
      ...narrowest.values,
      ...others.flatMap(({ values }) => values),
    ]);
  }

  #walk(
    conditions: readonly Condition[],
    order: KeyOrder,
    { offset, limit }: { offset: number; limit: number },
  ): number[] {
    const ids: number[] = [];
    let skip = offset;
    for (const part of this.#parts(conditions, order)) {
      const found = part.ids(skip, limit - ids.length);
      ids.push(...found);
      if (ids.length === limit) break;
      skip = found.length > 0 ? 0 : skip - part.count(skip);
    }
    return ids;
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
    const known = JSON.stringify(idsOf(ranked));
    const others = { holds: 'v.id NOT IN (SELECT value FROM json_each(?))', values: [known] };
    const parts = [
      {
        ids: (offset: number, limit: number) => idsOf(ranked.slice(offset, offset + limit)),
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
    // That of names alone is the smaller, where nothing else is looked at.
    const index = by === 'name' && others.some(({ onNames }) => onNames !== true) ? 'scan' : by;
    const from = first?.from ?? `virtual_key AS v INDEXED BY virtual_key_${index} WHERE true`;
    const given = others.filter(({ scans }) => scans !== true);
    const scans = others.filter((condition) => condition.scans === true);
    const rows = [from, ...given.map(({ holds }) => holds)].join(' AND ');
    const some = `(SELECT v.id, ${order.replace(/ (ASC|DESC)/g, '')}, v.text FROM ${rows} ORDER BY ${order} LIMIT ${this.#bounds.looked}) AS v`;
    const sql = scans.length === 0 ? rows : `${some} WHERE ${scans.map(({ holds }) => holds).join(' AND ')}`;
    const values = [...(first?.values ?? []), ...[...given, ...scans].flatMap((one) => one.values)];
    return {
      ids: (offset, limit) =>
        idsOf(
          this.#all(`SELECT v.id FROM ${sql} ORDER BY ${order} LIMIT ? OFFSET ?`, [...values, limit, offset]),
        ),
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

  #objects(ids: readonly number[]): KubeObject[] {
    return ids.map((id) => JSON.parse(this.#body.get(id)!['body'] as string) as KubeObject);
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

  /** As many as a look does not take long for. */
  #countSome(
    conditions: readonly Condition[],
    narrowest: { condition: Condition; count: number } | undefined,
  ): { total: number; atLeast?: true } {
    if (narrowest === undefined) return { total: 0, atLeast: true };
    const { condition, count } = narrowest;
    const { counted, exact, candidates } = this.#bounds;
    if (conditions.length === 1) {
      if (count <= counted) return { total: count };
      const most = Math.max(counted, Math.floor(exact / (condition.cost ?? 1)));
      const all = this.#countUpTo(condition, most + 1);
      return all <= most ? { total: all } : { total: most, atLeast: true };
    }
    const others = conditions.filter((other) => other !== condition);
    const total = this.#number(
      `SELECT count(*) AS n FROM (SELECT v.id FROM ${condition.from} LIMIT ${candidates}) AS c
       CROSS JOIN virtual_key AS v ON v.id = c.id WHERE ${others.map(({ holds }) => holds).join(' AND ')}`,
      [...condition.values, ...others.flatMap(({ values }) => values)],
    );
    return { total, atLeast: true };
  }

  #countUpTo({ counted, from, values }: Condition, most: number): number {
    return this.#number(`SELECT count(*) AS n FROM (SELECT 1 FROM ${counted ?? from} LIMIT ${most})`, values);
  }

  #number(sql: string, values: readonly Value[]): number {
    return Number(this.#database.prepare(sql).get(...values)!['n']);
  }

  #all(sql: string, values: readonly Value[]): Found[] {
    return this.#database.prepare(sql).all(...values) as unknown as Found[];
  }
}

const idsOf = (rows: readonly { id: number }[]) => rows.map(({ id }) => id);
