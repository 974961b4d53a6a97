import { type ListSearch, readListSearch } from '../../components/list-search.ts';
import { type RangeSearch, readRange } from '../../components/range.ts';

export const tabs = ['tokens', 'users', 'webhooks', 'retention', 'audit'] as const;
export type SettingsTab = (typeof tabs)[number];

const sorts: Readonly<Record<SettingsTab, readonly string[]>> = {
  tokens: ['name', 'role', 'team', 'createdAt'],
  users: ['name', 'role', 'team', 'status', 'passwordChangedAt'],
  webhooks: ['name', 'origin', 'lastDelivered', 'lastFailed'],
  retention: [],
  audit: ['time', 'actor', 'action', 'object'],
};

const filters = {
  role: ['admin', 'viewer', 'owner'],
  status: ['active', 'disabled'],
  standing: ['ok', 'failing'],
} as const;

/** Of the tab that is shown: another one begins anew. */
export interface SettingsSearch extends ListSearch, RangeSearch {
  tab?: SettingsTab;
  role?: string;
  status?: string;
  standing?: string;
  /** Of the audit log. */
  object?: string;
  actor?: string;
  action?: string;
  /** Id of the last change of the page before. */
  before?: string;
}

export function readSettingsSearch(raw: Record<string, unknown>): SettingsSearch {
  const tab = tabs.find((name) => name === raw.tab);
  const found: SettingsSearch = {
    ...(tab !== undefined && { tab }),
    ...readListSearch(raw, sorts[tab ?? 'tokens']),
    ...readRange(raw),
  };
  for (const [name, values] of Object.entries(filters) as [keyof typeof filters, readonly string[]][]) {
    const value = values.find((one) => one === raw[name]);
    if (value !== undefined) found[name] = value;
  }
  for (const name of ['object', 'actor', 'action'] as const)
    if (raw[name] !== undefined && raw[name] !== '') found[name] = String(raw[name]);
  if (raw.before !== undefined && /^\d{1,15}$/.test(String(raw.before))) found.before = String(raw.before);
  return found;
}
