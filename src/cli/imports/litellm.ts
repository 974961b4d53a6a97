/** LiteLLM's keys → VirtualKeys and Budgets. What can't be carried over is told; nothing becomes wider by it. */
import type { KubeObject } from '../../core/resources/object.ts';
import { defined } from '../defined.ts';
import { dollarsOf, hashOf, isEmpty, momentOf, objectOf, teamLabel, windowOf } from './litellm-fields.ts';
import { UniqueNames } from './names.ts';

export interface ImportedObjects {
  objects: KubeObject[];
  /** One line each: which key, and what is not as it was. */
  notes: string[];
}

interface Context {
  namespace: string;
  sha256: (text: string) => string;
}
type Row = Record<string, unknown>;

/** Label by which a budget finds its one key. */
const keyLabel = 'tollgate.dev/key';

/** `export`: an array of keys, `{keys: […]}`, `{data: […]}`, or `{key, info}` as `/key/info` answers. */
export function importLitellm(exported: readonly unknown[], context: Context): ImportedObjects {
  const names = new UniqueNames();
  const result: ImportedObjects = { objects: [], notes: [] };
  for (const [i, row] of exported.flatMap(rowsOf).entries()) {
    const label = text(row['key_alias']) ?? text(row['key_name']) ?? `key ${i + 1}`;
    const hash = hashOf(row, context.sha256);
    if (hash === undefined) {
      result.notes.push(`${label}: left out, it has neither a hashed token nor a value`);
      continue;
    }
    const name = names.take(text(row['key_alias']) ?? `litellm-${hash.slice(0, 8)}`);
    const note = (message: string) => void result.notes.push(`${label}: ${message}`);
    result.objects.push(virtualKey(row, name, hash, context, note));
    const budget = budgetOf(row, name, context, note);
    if (budget !== undefined) result.objects.push(budget);
    noteRest(row, note);
  }
  return result;
}

function rowsOf(exported: unknown): Row[] {
  if (Array.isArray(exported)) return exported.flatMap(rowsOf);
  if (typeof exported !== 'object' || exported === null) return [];
  const { keys, data, info, key } = exported as Row;
  if (Array.isArray(keys) || Array.isArray(data)) return rowsOf(keys ?? data);
  return info === undefined ? [exported as Row] : [{ token: key, ...objectOf(info) }];
}

function virtualKey(
  row: Row,
  name: string,
  hash: string,
  { namespace }: Context,
  note: (message: string) => void,
): KubeObject {
  const [user, team, shown] = [text(row['user_id']), text(row['team_id']), text(row['key_name'])];
  if (team !== undefined && teamLabel(team)['team'] === undefined)
    note('team_id is no label value: it is in the metadata only');
  const metadata = defined({ ...metadataOf(row, note), user_id: user, team_id: team });
  const models = modelsOf(row, note);
  const expiresAt = text(row['expires']) === undefined ? undefined : momentOf(text(row['expires'])!);
  const isUnclear = isEmpty(row['expires']) === false && expiresAt === undefined;
  if (isUnclear) note('disabled, because its expires is no moment');
  const limits = defined({
    requestsPerMinute: count(row['rpm_limit']),
    tokensPerMinute: count(row['tpm_limit']),
    concurrency: count(row['max_parallel_requests']),
  });
  const disabled = row['blocked'] === true || models === 'none' || isUnclear;
  return {
    apiVersion: 'tollgate.dev/v1alpha1',
    kind: 'VirtualKey',
    metadata: { name, namespace, labels: { [keyLabel]: name, ...teamLabel(team) } },
    spec: defined({
      owner: user ?? text(row['key_alias']) ?? name,
      metadata: isEmpty(metadata) ? undefined : metadata,
      keyHash: `sha256:${hash}`,
      display: shown?.replace('...', '…').slice(0, 64),
      allowedModels: models === 'none' || models.length === 0 ? undefined : models,
      expiresAt,
      limits: isEmpty(limits) ? undefined : limits,
      disabled: disabled || undefined,
    }),
  };
}

/** Names that stand for lists of models. One whose list is not in the export closes the key, never opens it. */
function modelsOf(row: Row, note: (message: string) => void): string[] | 'none' {
  const own = Array.isArray(row['models']) ? row['models'].map(String) : [];
  if (own.includes('no-default-models')) {
    note('disabled, because it may use no model (no-default-models)');
    return 'none';
  }
  if (own.includes('all-proxy-models')) return [];
  if (!own.includes('all-team-models')) return own;
  const ofTeam = row['team_models'];
  if (Array.isArray(ofTeam) && ofTeam.length > 0) return ofTeam.map(String);
  note("disabled, because its team's models are not in the export: set allowedModels, then disabled: false");
  return 'none';
}

/** Limits and callbacks (with their credentials) hide in the metadata too: they are told, not copied. */
function metadataOf(row: Row, note: (message: string) => void): Row {
  const all = objectOf(row['metadata']);
  const kept = Object.entries(all).filter(([name, value]) => {
    if (isEmpty(value)) return false;
    if (!/^(logging|guardrails|policies|tags|secret_manager_settings|model_(rpm|tpm)_limit)$/.test(name))
      return true;
    note(`metadata.${name} is not carried over`);
    return false;
  });
  return Object.fromEntries(kept);
}

function budgetOf(
  row: Row,
  name: string,
  { namespace }: Context,
  note: (message: string) => void,
): KubeObject | undefined {
  if (row['max_budget'] === null || row['max_budget'] === undefined) return undefined;
  const usd = dollarsOf(Number(row['max_budget']));
  if (usd === undefined) {
    note('max_budget is no amount from 0 to 9,999,999: it is not carried over');
    return undefined;
  }
  const duration = text(row['budget_duration']);
  const { window, note: about } =
    duration === undefined ? { window: { lifetime: true } } : windowOf(duration);
  if (about !== undefined) note(about);
  if (Number(row['spend'] ?? 0) > 0)
    note(`what it has spent (${Number(row['spend'])}) is not carried over: its budget begins at 0`);
  return {
    apiVersion: 'tollgate.dev/v1alpha1',
    kind: 'Budget',
    metadata: { name: `${name}-budget`, namespace },
    spec: { selector: { matchLabels: { [keyLabel]: name } }, limit: { usd }, window },
  };
}

/** Carried over above, or only history. */
const known = new Set(
  `token key key_alias key_name user_id team_id max_budget budget_duration rpm_limit tpm_limit models expires metadata
  max_parallel_requests blocked spend total_spend team_models created_at created_by updated_at updated_by last_active
  settings_updated_at budget_reset_at rotation_count last_rotation_at model_spend soft_budget_cooldown key_type`.split(
    /\s+/,
  ),
);

function noteRest(row: Row, note: (message: string) => void): void {
  const rest = Object.keys(row).filter((name) => !known.has(name) && !isEmpty(row[name]));
  if (rest.length > 0) note(`not carried over: ${rest.join(', ')}`);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

/** Large numbers come as text from databases. */
function count(value: unknown): number | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  const number = Math.floor(Number(value));
  return Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}
