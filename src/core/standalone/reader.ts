/** Reads a configuration document strictly: what is not understood is a fault with its path and the nearest name that is. */

export interface StandaloneFault {
  /** `llm.models[0].params.apiKey`. */
  path: string;
  message: string;
}

/** Where a value of the document comes from outside of it. */
export interface Surroundings {
  /** Undefined when there is no such variable. */
  env(name: string): string | undefined;
  /** Relative paths start at the document's directory; throws when the file cannot be read. */
  readFile(path: string): string;
  sha256(text: string): string;
}

type Fields = Record<string, unknown>;

export class Reader {
  readonly faults: StandaloneFault[] = [];
  /** Settings that are understood and have no effect here. */
  readonly notes: StandaloneFault[] = [];
  readonly #surroundings: Surroundings;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  fault(path: string, message: string): void {
    this.faults.push({ path, message });
  }

  note(path: string, message: string): void {
    this.notes.push({ path, message });
  }

  /** `served` are the fields that are read; `instead` says for others of agentgateway's what there is in their place. */
  fields(
    value: unknown,
    path: string,
    served: readonly string[],
    instead: Readonly<Record<string, string>> = {},
  ): Fields {
    if (value === undefined || value === null) return {};
    if (typeof value !== 'object' || Array.isArray(value)) {
      this.fault(path, 'must be a mapping');
      return {};
    }
    for (const name of Object.keys(value)) {
      if (served.includes(name)) continue;
      const at = path === '' ? name : `${path}.${name}`;
      const other = instead[name];
      if (other !== undefined) this.fault(at, `is not supported: ${other}`);
      else this.fault(at, `is not supported; nearest: ${nearest(name, served)}`);
    }
    return value as Fields;
  }

  list(value: unknown, path: string): unknown[] {
    if (value === undefined || value === null) return [];
    if (Array.isArray(value)) return value;
    this.fault(path, 'must be a list');
    return [];
  }

  text(value: unknown, path: string): string | undefined {
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'string' && value !== '') return value;
    this.fault(path, 'must be a text that is not empty');
    return undefined;
  }

  count(value: unknown, path: string): number | undefined {
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
    this.fault(path, 'must be a whole number, 0 or more');
    return undefined;
  }

  oneOf<T extends string>(value: unknown, path: string, names: Readonly<Record<string, T>>): T | undefined {
    const text = this.text(value, path);
    if (text === undefined) return undefined;
    const found = Object.hasOwn(names, text) ? names[text] : undefined;
    if (found === undefined)
      this.fault(
        path,
        `"${text}" is not supported; nearest: ${nearest(text, Object.keys(names))}, of: ${Object.keys(names).join(', ')}`,
      );
    return found;
  }

  /** A text, `$NAME` or `${NAME}` of the environment, or `{file: path}`. A secret that is missing is a fault, never an empty one. */
  secret(value: unknown, path: string): string | undefined {
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'object') return this.#fromFile(value, path);
    const text = this.text(value, path);
    const name = /^\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))$/.exec(text ?? '');
    if (text === undefined || name === null) return text?.trim();
    const variable = name[1] ?? name[2]!;
    const given = this.#surroundings.env(variable)?.trim();
    if (given !== undefined && given !== '') return given;
    this.fault(path, `the environment variable ${variable} is not set`);
    return undefined;
  }

  #fromFile(value: unknown, path: string): string | undefined {
    const file = this.text(this.fields(value, path, ['file'])['file'], `${path}.file`);
    if (file === undefined) return undefined;
    try {
      const text = this.#surroundings.readFile(file).trim();
      if (text !== '') return text;
      this.fault(`${path}.file`, `${file} is empty`);
    } catch (error) {
      this.fault(`${path}.file`, error instanceof Error ? error.message : String(error));
    }
    return undefined;
  }

  sha256(text: string): string {
    return this.#surroundings.sha256(text);
  }
}

/** By edit distance, without regard to case. */
export function nearest(name: string, names: readonly string[]): string {
  const distances = names.map((other) => [distance(name.toLowerCase(), other.toLowerCase()), other] as const);
  return distances.sort(([a], [b]) => a - b)[0]?.[1] ?? 'none';
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, change));
    }
    row = next;
  }
  return row[b.length]!;
}
