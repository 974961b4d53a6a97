/** Every text of the console in one place. Texts with values in them are functions. */
import { auditStrings } from './strings/audit.ts';
import { budgetStrings } from './strings/budgets.ts';
import { callStrings } from './strings/calls.ts';
import { celStrings } from './strings/cel.ts';
import { configurationStrings } from './strings/configuration.ts';
import { keyImportStrings } from './strings/key-import.ts';
import { keyStrings } from './strings/keys.ts';
import { kindStrings } from './strings/kinds.ts';
import { loginStrings } from './strings/login.ts';
import { modelStrings } from './strings/models.ts';
import { overviewStrings } from './strings/overview.ts';
import { playgroundStrings } from './strings/playground.ts';
import { recordingStrings } from './strings/recording.ts';
import { retentionStrings } from './strings/retention.ts';
import { settingsStrings } from './strings/settings.ts';
import { usageStrings } from './strings/usage.ts';
import { userStrings } from './strings/users.ts';
import { webhookStrings } from './strings/webhooks.ts';

export const strings = {
  product: 'Tollgate',
  none: '—',
  kinds: kindStrings,
  loading: 'Loading …',
  navigation: {
    label: 'Main navigation',
    open: 'Open or close the navigation',
    skip: 'Skip to the content',
    overview: 'Overview',
    keys: 'Virtual keys',
    budgets: 'Budgets',
    usage: 'Usage and cost',
    calls: 'Calls',
    models: 'Models and prices',
    configuration: 'Configuration',
    playground: 'Playground',
    cel: 'CEL playground',
    settings: 'Settings',
    me: 'My key',
    logOut: 'Log out',
    password: 'Change password',
    who: (name: string, role: string) => `${name} (${role[0]?.toUpperCase()}${role.slice(1)})`,
    toLight: 'Switch to light colours',
    toDark: 'Switch to dark colours',
  },
  login: loginStrings,
  expired: {
    title: 'Your session has ended',
    text: 'Log in again to go on. What you typed is still there, and what you were sending is sent then.',
    leave: 'Log out instead',
  },
  connection: {
    lost: 'The gateway’s admin API does not answer. What you see may be old; this page tries again every two seconds.',
  },
  errors: {
    unreachable: 'The admin API does not answer. Check that the gateway runs, then try again.',
    unexpected: (status: number) =>
      `The admin API answered ${status} without a reason. Try again; the gateway’s log has more.`,
    loggedOut: 'You are logged out. Log in and try again.',
    conflict: 'Someone else has changed this meanwhile. Reload it, look at the change and save again.',
    forbidden: 'Your login may not do this. Log in with the admin token.',
    title: 'That did not work',
    retry: 'Try again',
    page: 'This page has failed',
    notFoundTitle: 'There is no such page',
    notFoundText: 'The address may be mistyped, or what it showed was deleted.',
    toStart: 'Go to the start page',
  },
  conflict: {
    title: 'Someone else has changed this meanwhile',
    text: 'What you typed is still here. Fields that only they changed stay as they made them, whichever you choose.',
    field: 'Field',
    before: 'When you began',
    now: 'Now',
    yours: 'Yours',
    untouched: '(not changed by you)',
    takeMine: 'Save mine',
    takeTheirs: 'Drop mine, show theirs',
  },
  common: {
    cancel: 'Cancel',
    close: 'Close',
    save: 'Save',
    create: 'Create',
    remove: 'Remove',
    add: 'Add',
    copy: 'Copy',
    copied: 'Copied',
    search: 'Search',
    formats: { csv: 'CSV', jsonl: 'JSON lines' },
    exportHint: (what: string, format: string) => `All ${what} that match, as ${format}`,
    nothingFound: 'Nothing matches',
    nothingFoundText: 'Search for less, or clear the filters.',
    all: 'All',
    more: 'More',
    name: 'Name',
    value: 'Value',
    requests: 'Requests',
    tokens: 'Tokens',
    cost: 'Cost',
    from: 'From',
    to: 'To',
    never: 'Never',
    total: 'Total',
    previousPage: 'Previous page',
    nextPage: 'Next page',
    shown: (first: number, last: number, total: string) => `${first}–${last} of ${total}`,
    sortBy: (column: string) => `Sort by ${column}`,
    updating: 'Updating …',
  },
  audit: auditStrings,
  keys: keyStrings,
  keyImport: keyImportStrings,
  usage: usageStrings,
  calls: callStrings,
  budgets: budgetStrings,
  overview: overviewStrings,
  models: modelStrings,
  configuration: configurationStrings,
  cel: celStrings,
  playground: playgroundStrings,
  recording: recordingStrings,
  retention: retentionStrings,
  settings: settingsStrings,
  users: userStrings,
  webhooks: webhookStrings,
};
