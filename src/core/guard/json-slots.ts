/** Walking JSON for the texts that guards look at. Values are changed in place: they were parsed for this one call. */
import type { GuardScope, TextSlot } from './model.ts';

export type Json = Record<string, unknown>;

export class SlotList {
  readonly slots: TextSlot[] = [];

  /** `holder[key]` where it is a text that is not empty. */
  add(scope: GuardScope, role: string, holder: Json | unknown[], key: string | number): void {
    const place = holder as Record<string | number, unknown>;
    const text = place[key];
    if (typeof text !== 'string' || text === '') return;
    const replace = (changed: string) => {
      place[key] = changed;
    };
    this.slots.push({ scope, role, text, replace });
  }

  /** Texts added by `add` that are replaced take along what tells them again, token by token: `holder[key]` is `empty` then. */
  withTokens(holder: Json, key: string, empty: unknown, add: () => void): void {
    const from = this.slots.length;
    add();
    for (const slot of this.slots.slice(from)) {
      const { replace } = slot;
      slot.replace = (changed) => {
        replace(changed);
        if (holder[key] !== undefined) holder[key] = empty;
      };
    }
  }

  /** A text, or a list of texts and of parts with a `text`. */
  addContent(scope: GuardScope, role: string, holder: Json, key: string): void {
    this.add(scope, role, holder, key);
    for (const [index, part] of listOf(holder[key]).entries()) {
      this.add(scope, role, holder[key] as unknown[], index);
      if (isObject(part)) this.add(scope, role, part, 'text');
    }
  }

  /** Every text below, whatever its name: arguments and results of tools. */
  addDeep(scope: GuardScope, role: string, holder: Json | unknown[], key: string | number): void {
    const value = (holder as Record<string | number, unknown>)[key];
    if (typeof value === 'string') this.add(scope, role, holder, key);
    else if (Array.isArray(value)) for (const index of value.keys()) this.addDeep(scope, role, value, index);
    else if (isObject(value)) for (const name of Object.keys(value)) this.addDeep(scope, role, value, name);
  }
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

export function objectsIn(value: unknown): Json[] {
  return listOf(value).filter(isObject);
}
