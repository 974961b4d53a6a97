/** What the API and the controller would say to these objects, found out without either. */
import { createHash } from 'node:crypto';
import { type CompileResult, compileConfiguration } from '../../core/config/compile.ts';
import { nameOf } from '../../core/config/objects.ts';
import { filesOf, isRateLimitConfigMap } from '../../core/config/rate-limit-config.ts';
import { parseRateLimitConfig } from '../../core/ratelimit/parse.ts';
import { apiVersionOf } from '../../core/resources/kind.ts';
import { allKinds } from '../../core/resources/kinds.ts';
import type { KubeObject } from '../../core/resources/object.ts';
import { admit } from '../../core/resources/validate.ts';
import { compileRegex } from '../../linear-regex.ts';
import { kindOf, type LocatedFault, type LocatedObject } from '../kube-documents.ts';
import { statusFaults } from './status-faults.ts';

export interface Verdict {
  faults: LocatedFault[];
  /** Objects of kinds that are not Tollgate's: nothing is known of them. */
  unchecked: LocatedObject[];
}

export function checkObjects(located: readonly LocatedObject[], nowRfc3339: string): Verdict {
  const verdict: Verdict = { faults: [], unchecked: [] };
  const seen = new Map<string, LocatedObject>();
  const admitted: LocatedObject[] = [];
  for (const one of located) {
    const id = titleOf(one.object);
    const first = seen.get(id);
    seen.set(id, first ?? one);
    if (first !== undefined) {
      verdict.faults.push(faultOf(one, `is in ${first.file}:${first.line} already; the later one would win`));
      continue;
    }
    const object = admittedObject(one, verdict);
    if (object !== undefined) admitted.push({ ...one, object });
  }
  verdict.faults.push(...compileFaults(admitted, nowRfc3339));
  return verdict;
}

/** Undefined where the API would not take it. */
function admittedObject(one: LocatedObject, verdict: Verdict): KubeObject | undefined {
  const kind = kindOf(one.object);
  if (kind === undefined) {
    const versions = allKinds.filter((known) => known.kind === one.object.kind).map(apiVersionOf);
    if (versions.length === 0) verdict.unchecked.push(one);
    else
      verdict.faults.push(
        faultOf(one, `apiVersion ${one.object.apiVersion} is not served; use ${versions.join(' or ')}`),
      );
    return undefined;
  }
  const { object, strictErrors, causes } = admit(kind, one.object);
  for (const message of strictErrors) verdict.faults.push(faultOf(one, message));
  for (const { field, message } of causes)
    verdict.faults.push(
      faultOf(one, field === '<nil>' ? message : `${field}: ${hidden(one.object, message)}`),
    );
  return causes.length === 0 ? object : undefined;
}

/** Messages quote the value: not that of a Secret. */
function hidden({ kind }: KubeObject, message: string): string {
  return kind === 'Secret' ? message.replace(/^(Invalid value|Unsupported value)\b.*$/s, '$1') : message;
}

function compileFaults(admitted: readonly LocatedObject[], nowRfc3339: string): LocatedFault[] {
  const of = (group: string, kind: string) =>
    admitted.flatMap(({ object }) =>
      kindOf(object)!.group === group && object.kind === kind ? [object] : [],
    );
  const compiled = compileConfiguration(
    { list: of },
    {
      generation: 1,
      nowRfc3339,
      sha256: (text) => createHash('sha256').update(text).digest('hex'),
      providerUrls: {},
      address: '127.0.0.1',
      bindErrors: {},
      compileRegex,
    },
  );
  const places = new Map(admitted.map((one) => [titleOf(one.object), one]));
  const found = compiled.statuses.flatMap(({ object, status }) => {
    const place = places.get(titleOf(object));
    if (place === undefined || isAwaited(object, compiled)) return [];
    return statusFaults(status).map((message) => faultOf(place, message));
  });
  return [...found, ...admitted.flatMap(rateLimitFaults)];
}

/** A value that is made once the key is applied is no fault. */
function isAwaited(object: KubeObject, { toIssue }: CompileResult): boolean {
  return toIssue.some(({ owner }) => owner === object);
}

/** Faults of this ConfigMap are told by the policies that need it, and by nobody where none does yet. */
function rateLimitFaults(one: LocatedObject): LocatedFault[] {
  if (!isRateLimitConfigMap(one.object)) return [];
  const parsed = parseRateLimitConfig(filesOf(one.object));
  return parsed.ok ? [] : [faultOf(one, parsed.error)];
}

export function titleOf(object: KubeObject): string {
  return `${object.kind} ${nameOf(object)}`;
}

function faultOf({ file, line, object }: LocatedObject, message: string): LocatedFault {
  return { file, line, object: titleOf(object), message };
}
