export const tabs = ['tokens', 'users', 'webhooks', 'retention', 'audit'] as const;
export type SettingsTab = (typeof tabs)[number];

export interface SettingsSearch {
  tab?: SettingsTab;
  /** Of the audit log. */
  object?: string;
  actor?: string;
  before?: string;
}

export function readSettingsSearch(raw: Record<string, unknown>): SettingsSearch {
  const found: SettingsSearch = {};
  const tab = tabs.find((name) => name === raw.tab);
  if (tab !== undefined) found.tab = tab;
  for (const name of ['object', 'actor'] as const)
    if (raw[name] !== undefined && raw[name] !== '') found[name] = String(raw[name]);
  if (raw.before !== undefined && /^\d{1,15}$/.test(String(raw.before))) found.before = String(raw.before);
  return found;
}
