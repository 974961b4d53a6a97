/** The form of a key: its values, what is wrong with them, and what is sent. */
import { ApiError } from '../../api/client.ts';
import type { KeyInput } from '../../api/types.ts';
import { strings } from '../../strings.ts';

export interface Entry {
  /** Of the row on the screen, not sent. */
  id: number;
  name: string;
  value: string;
}

export interface KeyFormValues {
  name: string;
  owner: string;
  labels: Entry[];
  metadata: Entry[];
  allowedModels: string[];
  allowedRoutes: string[];
  allowedCIDRs: string[];
  requestsPerMinute: number | '';
  tokensPerMinute: number | '';
  concurrency: number | '';
  /** `2027-01-01T12:00` in the browser's time zone; '' for never. */
  expiresAt: string;
}

export const emptyKey: KeyFormValues = {
  name: '',
  owner: '',
  labels: [],
  metadata: [],
  allowedModels: [],
  allowedRoutes: [],
  allowedCIDRs: [],
  requestsPerMinute: '',
  tokensPerMinute: '',
  concurrency: '',
  expiresAt: '',
};

export type FieldErrors = Partial<Record<keyof KeyFormValues, string>>;

export function checkKey(values: KeyFormValues, nowMs: number): FieldErrors {
  const texts = strings.keys.form;
  const errors: FieldErrors = {};
  if (values.name === '') errors.name = texts.nameMissing;
  else if (values.name.length > 253) errors.name = texts.nameLong;
  else if (!/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(values.name)) errors.name = texts.nameWrong;
  for (const field of ['labels', 'metadata'] as const) {
    const wrong = checkEntries(values[field]);
    if (wrong !== undefined) errors[field] = wrong;
  }
  if (values.expiresAt !== '' && new Date(values.expiresAt).getTime() <= nowMs)
    errors.expiresAt = texts.expiresPast;
  return errors;
}

function checkEntries(entries: Entry[]): string | undefined {
  const names = entries.filter(isUsed).map(({ name }) => name.trim());
  if (names.includes('')) return strings.keys.form.noName;
  const twice = names.find((name, place) => names.indexOf(name) !== place);
  return twice === undefined ? undefined : strings.keys.form.twice(twice);
}

const isUsed = ({ name, value }: Entry) => name.trim() !== '' || value.trim() !== '';

export function keyInputOf(values: KeyFormValues): KeyInput {
  const { requestsPerMinute, tokensPerMinute, concurrency } = values;
  const limits = given({ requestsPerMinute, tokensPerMinute, concurrency });
  return {
    name: values.name,
    ...given({
      owner: values.owner.trim(),
      labels: recordOf(values.labels),
      metadata: recordOf(values.metadata),
      allowedModels: values.allowedModels,
      allowedRoutes: values.allowedRoutes,
      allowedCIDRs: values.allowedCIDRs,
      limits,
      expiresAt: values.expiresAt === '' ? '' : new Date(values.expiresAt).toISOString(),
    }),
  };
}

export const recordOf = (entries: Entry[]): Record<string, string> =>
  Object.fromEntries(entries.filter(isUsed).map(({ name, value }) => [name.trim(), value.trim()]));

/** Without '', [] and {}: what was left empty is not sent. */
function given<T extends object>(fields: T): { [Field in keyof T]?: Exclude<T[Field], ''> } {
  const isGiven = (value: unknown) =>
    value !== '' && !(typeof value === 'object' && value !== null && Object.keys(value).length === 0);
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => isGiven(value))) as never;
}

/** The form's field for the API's (`spec.limits.tokensPerMinute`, `labels.team`), undefined when it has none. */
export function fieldOfError(error: unknown): keyof KeyFormValues | undefined {
  if (!(error instanceof ApiError) || error.field === undefined) return undefined;
  const steps = error.field.split(/[.[\]]+/).filter((step) => step !== '');
  return steps.find((step): step is keyof KeyFormValues => Object.hasOwn(emptyKey, step));
}
