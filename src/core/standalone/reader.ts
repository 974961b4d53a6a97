/** Reading a configuration file field by field: what nobody asks for is refused, with its path and what is nearest to it. */
import { nearest } from './nearest.ts';

export interface Fault {
  /** `llm.models[0].params.apiKey`. */
  path: string;
  message: string;
}

/** What the conversion is given, beside the file. */
export interface Surroundings {
  /** Lower-case hex. */
  sha256(text: string): string;
  env(name: string): string | undefined;
  /** Text of a file that the configuration names; throws when it can't be read. */
  readFile(path: string): string;
}

export class Reader {
  readonly faults: Fault[] = [];
  /** What is taken, but works in another way here. */
  readonly warnings: Fault[] = [];
  readonly surroundings: Surroundings;

  constructor(surroundings: Surroundings) {
    this.surroundings = surroundings;
  }

  fault(path: string, message: string): void {
    this.faults.push({ path, message });
  }

  /** Undefined, and a fault, where it is no map. */
  map(value: unknown, path: string): MapReader | undefined {
    if (isMap(value)) return new MapReader(this, value, path);
    this.fault(path, 'must be a map');
    return undefined;
  }
}

/** One map of the file. `end` refuses what was not asked for. */
export class MapReader {
  readonly reader: Reader;
  readonly path: string;
  readonly #map: Record<string, unknown>;
  readonly #known = new Set<string>();

  constructor(reader: Reader, map: Record<string, unknown>, path: string) {
    this.reader = reader;
    this.#map = map;
    this.path = path;
  }

  pathOf(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }

  fault(name: string, message: string): void {
    this.reader.fault(this.pathOf(name), message);
  }

  warn(name: string, message: string): void {
    this.reader.warnings.push({ path: this.pathOf(name), message });
  }

  /** Null is as good as left out. */
  any(name: string): unknown {
    this.#known.add(name);
    return this.#map[name] ?? undefined;
  }

  text(name: string): string | undefined {
    return this.#typed(name, 'text', (value) => typeof value === 'string' && value !== '');
  }

  whole(name: string): number | undefined {
    return this.#typed(
      name,
      'a whole number',
      (value) => Number.isSafeInteger(value) && (value as number) >= 0,
    );
  }

  flag(name: string): boolean | undefined {
    return this.#typed(name, 'true or false', (value) => typeof value === 'boolean');
  }

  /** One of `values`; others are refused with the nearest. */
  choice<Value extends string>(name: string, values: Readonly<Record<string, Value>>): Value | undefined {
    const given = this.text(name);
    if (given === undefined) return undefined;
    if (Object.hasOwn(values, given)) return values[given];
    this.fault(name, `"${given}" is not served here; nearest: ${nearest(given, Object.keys(values))}`);
    return undefined;
  }

  map(name: string): MapReader | undefined {
    const value = this.any(name);
    return value === undefined ? undefined : this.reader.map(value, this.pathOf(name));
  }

  list(name: string): { value: unknown; path: string }[] {
    const value = this.any(name);
    if (value === undefined) return [];
    if (!Array.isArray(value)) {
      this.fault(name, 'must be a list');
      return [];
    }
    return value.map((item: unknown, index) => ({ value: item, path: `${this.pathOf(name)}[${index}]` }));
  }

  /** Maps of a list. */
  maps(name: string): MapReader[] {
    return this.list(name).flatMap(({ value, path }) => this.reader.map(value, path) ?? []);
  }

  has(name: string): boolean {
    return (this.#map[name] ?? undefined) !== undefined;
  }

  names(): string[] {
    return Object.keys(this.#map);
  }

  end(): void {
    const known = [...this.#known];
    for (const name of Object.keys(this.#map)) {
      if (this.#known.has(name) || this.#map[name] === null) continue;
      this.fault(name, `is not supported here; the nearest field that is: ${nearest(name, known)}`);
    }
  }

  #typed<Value>(name: string, what: string, is: (value: unknown) => boolean): Value | undefined {
    const value = this.any(name);
    if (value === undefined) return undefined;
    if (is(value)) return value as Value;
    this.fault(name, `must be ${what}`);
    return undefined;
  }
}

export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
