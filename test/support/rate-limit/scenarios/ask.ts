/** Short ways to write a scenario down. */
import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import type { Scenario, Step } from '../scenario.ts';

export type Entry = [key: string, value?: string];

/** A descriptor of these entries. `more` are its other fields. */
export function descriptor(entries: Entry[], more: JsonObject = {}): JsonObject {
  return { entries: entries.map(([key, value]) => ({ key, value: value ?? '' })), ...more };
}

export function call(domain: string, ...descriptors: JsonObject[]): Extract<Step, { call: JsonValue }> {
  return { call: { domain, descriptors } };
}

/** One descriptor of one entry. */
export function ask(domain: string, key: string, value?: string, more?: JsonObject) {
  return call(domain, descriptor([value === undefined ? [key] : [key, value]], more));
}

export function times(step: Extract<Step, { call: JsonValue }>, count: number): Step {
  return { ...step, times: count };
}

/** `hits_addend` of the whole request. */
export function adding(step: Extract<Step, { call: JsonValue }>, hitsAddend: number): Step {
  return { call: { ...(step.call as JsonObject), hitsAddend } };
}

export function scenario(
  name: string,
  yaml: string | Record<string, string>,
  steps: Step[],
  more: Partial<Scenario> = {},
): Scenario {
  return { name, files: typeof yaml === 'string' ? { 'limits.yaml': yaml } : yaml, steps, ...more };
}
