/** Every page of the console as it is opened with many keys and calls: lists, filters, orders, pages and single things. */
import type { Page } from 'playwright-core';
import { seedNamespace } from '../../test/support/seed.ts';
import type { TimedPage } from './timed-pages.ts';

const text = (found: string | RegExp) => (page: Page) =>
  page.getByText(found).filter({ visible: true }).first().waitFor();
const row = (table: string) => (page: Page) =>
  page.getByRole('table', { name: table }).getByRole('row').nth(1).waitFor();
const total = row('Usage by group');

/** `callId`: of any call; `lastPage`: of the list of keys. */
export function largeConsole(callId: string, lastPage: number): Record<string, TimedPage> {
  const usage = (query: string): TimedPage => ({ path: `/usage?${query}`, ready: total });
  const calls = (query: string): TimedPage => ({ path: `/calls?${query}`, ready: row('Calls') });
  const keys = (query: string): TimedPage => ({ path: `/keys?${query}`, ready: text(/^key-\d+$/) });
  const someKey = encodeURIComponent(`VirtualKey/${seedNamespace}/key-5`);
  return {
    'overview, 7 days': { path: '/', ready: text('Top users') },
    'overview, 30 days': { path: '/?days=30', ready: text('Top users') },
    'overview, 90 days': { path: '/?days=90', ready: text('Top users') },
    keys: keys(''),
    'keys, last page': keys(`page=${lastPage}`),
    'keys, dearest first': keys('sort=spend&order=desc'),
    'keys, last used first': keys('sort=lastUsedAt&order=desc'),
    'keys, searched': keys('search=person-77'),
    'keys, disabled': keys('status=disabled'),
    'keys, import': { path: '/keys/import', ready: text('Choose a CSV file') },
    key: { path: `/keys/${seedNamespace}/key-5`, ready: text('Answered 200') },
    budgets: { path: '/budgets', ready: text('team-3-daily') },
    budget: { path: `/budgets/${seedNamespace}/team-3-daily`, ready: text('team-3-daily') },
    ...Object.fromEntries(
      ['', 'user', 'model', 'provider', 'key', 'route', 'label:team', 'label:team,model', 'user,model'].map(
        (groupBy) => [`usage, this week by ${groupBy || 'nothing'}`, usage(`groupBy=${groupBy}`)],
      ),
    ),
    'usage, this month by user': usage('range=month&groupBy=user'),
    'usage, this month by key': usage('range=month&groupBy=key'),
    'usage, last month by user and model': usage('range=lastMonth&groupBy=user,model'),
    'usage, last month by team, hour by hour': usage('range=lastMonth&groupBy=label:team&bucket=hour'),
    'usage, this month against the last': usage('range=month&groupBy=user&compare=before'),
    'usage, by requests, second page': usage('groupBy=user&sort=requests&order=asc&page=2'),
    'usage, of one user': usage('range=month&groupBy=model&user=person-7'),
    calls: calls(''),
    'calls, refused': calls('outcome=refused'),
    'calls, of one user': calls('user=person-7'),
    'calls, of one key': calls(`key=${someKey}`),
    'calls, of one model': calls('model=gemini-3-pro'),
    'calls, searched': calls('search=person-77'),
    'calls, searched in vain': { path: '/calls?search=nothing-like-it', ready: text('No call here') },
    'calls, dearest first': calls('sort=cost&order=desc'),
    'calls, slowest first, of one user': calls('sort=duration&order=desc&user=person-7'),
    'calls, most tokens, failed': calls('sort=tokens&order=desc&outcome=failed'),
    'calls, of this month, slowest first': calls('range=month&sort=duration'),
    call: { path: `/calls/${callId}`, ready: text('person-') },
    models: { path: '/models', ready: row('Models in use') },
    'models, searched': { path: '/models?search=claude', ready: text('claude-haiku-4-5-20251001') },
    'models, dearest first': { path: '/models?sort=output&order=desc', ready: row('Prices') },
    configuration: { path: '/configuration', ready: text('Leads to claude') },
    'configuration, edited': {
      path: `/configuration/edit?kind=AgentgatewayPolicy&namespace=${seedNamespace}&name=api-key-auth`,
      ready: text('apiKeyAuthentication'),
    },
    settings: { path: '/settings', ready: text(/token/i) },
    audit: { path: '/settings?tab=audit', ready: text(/budgets.create|No change here/) },
  };
}
