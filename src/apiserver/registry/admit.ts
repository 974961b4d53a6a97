/** Runs one object through its kind's schema and the rules of metadata, and turns what is wrong into the server's refusals. */

import type { KindDefinition } from '../../core/resources/kind.ts';
import type { KubeObject } from '../../core/resources/object.ts';
import { admit } from '../../core/resources/validate.ts';
import { badRequest, invalid, type StatusCause } from '../status-error.ts';
import type { RegistryContext, WriteOptions } from './context.ts';
import { applyKindRules } from './kind-rules.ts';
import { validateMetadata } from './metadata.ts';

/** Returns the pruned, defaulted object, or throws 400 or 422. */
export function admitObject(
  context: RegistryContext,
  kind: KindDefinition,
  given: KubeObject,
  options: WriteOptions,
  previous?: KubeObject,
): KubeObject {
  const admission = admit(kind, given, previous);
  refuseWrongTypes(kind, admission.causes);
  const strictErrors = [...(options.decodingErrors ?? []), ...admission.strictErrors];
  const validation = options.fieldValidation ?? 'Warn';
  if (strictErrors.length > 0 && validation === 'Strict') {
    const text = `strict decoding error: ${strictErrors.join(', ')}`;
    throw options.patch === true ? invalidPatch(text) : cannotBeHandled(kind, text);
  }
  if (validation === 'Warn') options.warnings.push(...strictErrors);
  const object = applyKindRules(context, kind, admission.object, previous);
  const causes = [...validateMetadata(kind, object.object), ...admission.causes, ...object.causes];
  if (causes.length > 0) throw invalid(kind, given.metadata.name, causes);
  options.warnings.push(...object.warnings);
  return object.object;
}

/** Built-in kinds are decoded into types before anything is validated: a wrong type there is 400. */
function refuseWrongTypes(kind: KindDefinition, causes: readonly StatusCause[]): void {
  const wrong = kind.origin === 'builtin' && causes.find((cause) => cause.reason === 'FieldValueTypeInvalid');
  if (wrong) throw cannotBeHandled(kind, `${wrong.field}: ${wrong.message}`);
}

/** The real server quotes the whole patched object here; ours may be a Secret, and the path says enough. */
function invalidPatch(text: string) {
  const message = `Invalid value: "object": ${text}`;
  return invalid(undefined, '', [{ reason: 'FieldValueInvalid', message, field: 'patch' }]);
}

function cannotBeHandled(kind: KindDefinition, why: string) {
  return badRequest(`${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}: ${why}`);
}
