/** What axe-core finds on a page: broken rules of WCAG 2.2 A and AA, and of good practice. */
import axe from 'axe-core';
import type { Page } from 'playwright-core';

const run = (
  rules: object,
) => `axe.run(document, ${JSON.stringify({ resultTypes: ['violations'], ...rules })}).then(({ violations }) => violations.map(
  ({ id, help, nodes }) => id + ': ' + help + ' – ' + nodes.slice(0, 3).map(({ html }) => html.slice(0, 160)).join(' | ')))`;

export async function axeFinds(page: Page, rules: 'all' | 'colors' = 'all'): Promise<string[]> {
  if (!(await page.evaluate('typeof axe === "object"'))) await page.evaluate(axe.source);
  return (await page.evaluate(run(rules === 'colors' ? { runOnly: ['color-contrast'] } : {}))) as string[];
}
