/** The queries of Grafana dashboards and of Prometheus' alert rules, as plain PromQL. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { root } from './gateway.ts';

export interface WrittenQuery {
  where: string;
  expr: string;
  /** Labels that its legend or annotations name. */
  shown: string[];
}

export interface Dashboard {
  title: string;
  uid: string;
  templating: { list: { name: string; type: string; query: unknown; options?: { value: string }[] }[] };
  panels: {
    id: number;
    title: string;
    gridPos: { x: number; y: number; w: number; h: number };
    targets?: { expr: string; legendFormat: string }[];
  }[];
}

export interface AlertRule {
  alert: string;
  expr: string;
  for?: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

export function dashboards(): Dashboard[] {
  const folder = join(root, 'deploy', 'grafana');
  return readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Dashboard);
}

export function alertRules(): AlertRule[] {
  const text = readFileSync(join(root, 'deploy', 'prometheus', 'alerts.yaml'), 'utf8');
  const { groups } = parse(text) as { groups: { name: string; rules: AlertRule[] }[] };
  return groups.flatMap(({ rules }) => rules);
}

/** One for each value of the variables that stand in a query outside of a matcher. */
export function queriesOf(dashboard: Dashboard): WrittenQuery[] {
  const { list } = dashboard.templating;
  const custom = list.filter(({ type }) => type === 'custom');
  const variants = custom.flatMap(({ name, options = [] }) => options.map(({ value }) => ({ name, value })));
  const panels = dashboard.panels.flatMap(({ title, targets = [] }) =>
    targets.flatMap(({ expr, legendFormat }) =>
      (expr.includes('$by') ? variants : [{ name: '', value: '' }]).map(({ name, value }) => {
        const set = (text: string) => (name === '' ? text : text.replaceAll(`$${name}`, value));
        return {
          where: `${dashboard.title}: ${set(title)}`,
          expr: plain(set(expr)),
          shown: [...set(legendFormat).matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map(([, label]) => label!),
        };
      }),
    ),
  );
  const variables = list.flatMap(({ name, type, query }) => {
    const [, metric, label] =
      /^label_values\((\w+), (\w+)\)$/.exec((query as { query?: string }).query ?? '') ?? [];
    if (type !== 'query') return [];
    const where = `${dashboard.title}: variable ${name}`;
    return [{ where, expr: `group by (${label}) (${metric})`, shown: [label!] }];
  });
  return [...panels, ...variables];
}

export function queriesOfRules(rules: readonly AlertRule[]): WrittenQuery[] {
  return rules.map(({ alert, expr, annotations }) => ({
    where: alert,
    expr,
    shown: [
      ...Object.values(annotations)
        .join(' ')
        .matchAll(/\$labels\.(\w+)/g),
    ].map(([, label]) => label!),
  }));
}

/** Grafana's own variables are durations. */
function plain(expr: string): string {
  return expr.replaceAll(/\$__(rate_interval|range|interval)/g, '5m');
}
