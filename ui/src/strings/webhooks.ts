export const webhookStrings = {
  intro:
    'Where budgets tell that they are nearly used. Each is a Secret beside the budget; only the host of its address is shown.',
  table: 'Webhooks',
  what: 'webhooks',
  searchHint: 'Webhook, host or budget',
  standing: 'State',
  standings: { ok: 'Working', failing: 'Failing' },
  columns: {
    webhook: 'Webhook',
    goesTo: 'Goes to',
    budgets: 'Alerts of',
    delivered: 'Last delivered',
    failed: 'Last failed',
    actions: 'Actions',
  },
  formats: { json: 'JSON', slack: 'Slack’s format' },
  signed: 'signed',
  unsigned: 'not signed',
  budget: (percents: string) => `at ${percents}`,
  percent: (value: number) => `${value} %`,
  test: 'Send a test',
  testOf: (name: string) => `Send a test to ${name}`,
  aTest: 'a test',
  neverFailed: 'Never',
  taken: (name: string, status: string, time: string) =>
    `${name} took the test: it answered ${status} in ${time}.`,
  refused: (name: string, fault: string, time: string) =>
    `${name} did not take the test: ${fault} (${time}).`,
  nothingSent: (name: string, fault: string) => `Nothing was sent to ${name}: ${fault}.`,
  emptyTitle: 'No budget sends alerts',
  emptyText:
    'A budget tells a webhook, or a channel in Slack, when it is nearly used: write a Secret with the address, and name it in the budget’s alerts.',
  example: `apiVersion: v1
kind: Secret
metadata: {name: finance, namespace: agentgateway-system}
stringData:
  url: https://hooks.example.com/budgets
  signingKey: choose-one
  format: json            # or slack
---
# in the Budget's spec:
alerts:
- {atPercent: 80, webhook: finance}`,
};
