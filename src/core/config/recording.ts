/**
 * Annotations of Gateways and HTTPRoutes that switch on the recording of what is said in calls: `tollgate.dev/record-content` says what
 * (`prompts`, `answers`, both with a comma between, or `none`), `tollgate.dev/record-content-when` (CEL) of which calls. The route's own
 * counts instead of its Gateway's. What cannot be read records nothing, and is told.
 */
import { compileExpression } from '../cel/compile.ts';
import type { KubeObject } from '../resources/object.ts';
import type { ConditionInput } from './conditions.ts';
import { nameOf } from './objects.ts';

export const recordAnnotation = 'tollgate.dev/record-content';
export const recordWhenAnnotation = 'tollgate.dev/record-content-when';

export interface RecordingRule {
  prompts: boolean;
  answers: boolean;
  /** CEL; a call for which it is not true is not recorded. Absent: all calls. */
  when?: string;
  /** The object that says so: `HTTPRoute ns/name`. */
  setBy: string;
}

/** What is in force on a route; undefined: nothing is recorded. */
export function recordingAt(gateway: KubeObject | undefined, route: KubeObject): RecordingRule | undefined {
  const given = [route, gateway].find((object) => object !== undefined && says(object));
  const read = given === undefined ? undefined : readRecording(given);
  return read !== undefined && 'setBy' in read && (read.prompts || read.answers) ? read : undefined;
}

/** Gateway API's way to say that part of an object has no effect; none where nothing is wrong. */
export function recordingConditions(object: KubeObject): ConditionInput[] {
  const read = says(object) ? readRecording(object) : undefined;
  if (read === undefined || !('fault' in read)) return [];
  return [{ type: 'PartiallyInvalid', status: true, reason: 'UnsupportedValue', message: read.fault }];
}

function says({ metadata: { annotations = {} } }: KubeObject): boolean {
  return annotations[recordAnnotation] !== undefined || annotations[recordWhenAnnotation] !== undefined;
}

const kinds = new Set(['prompts', 'answers']);

function readRecording(object: KubeObject): RecordingRule | { fault: string } {
  const { [recordAnnotation]: text, [recordWhenAnnotation]: when } = object.metadata.annotations ?? {};
  const nothing = 'nothing is recorded';
  if (text === undefined)
    return { fault: `annotation ${recordWhenAnnotation} has no effect without ${recordAnnotation}` };
  const named = text.trim() === 'none' ? [] : text.split(',').map((name) => name.trim());
  if (!named.every((name) => kinds.has(name)))
    return {
      fault: `annotation ${recordAnnotation} is "prompts", "answers", "prompts,answers" or "none": ${nothing}`,
    };
  const compiled = when === undefined ? undefined : compileExpression(when);
  if (compiled?.ok === false)
    return {
      fault: `annotation ${recordWhenAnnotation} is not a valid CEL expression: ${compiled.error}: ${nothing}`,
    };
  return {
    prompts: named.includes('prompts'),
    answers: named.includes('answers'),
    ...(when !== undefined && { when }),
    setBy: `${object.kind} ${nameOf(object)}`,
  };
}
