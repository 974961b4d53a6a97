/** Checks PromQL against what a gateway really exposes: syntax, names of metrics, names of labels, rates of counters only. */
import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';

export interface ExposedMetric {
  /** Of the family: `counter`, `gauge`, `histogram`. */
  type: string;
  labels: Set<string>;
}
export type Exposed = ReadonlyMap<string, ExposedMetric>;

/** What Prometheus adds to every series that it scrapes. */
const targetLabels = ['instance', 'job'];
const ofCounters = new Set(['rate', 'irate', 'increase', 'resets']);
const ofGauges = new Set(['delta', 'deriv', 'idelta', 'predict_linear']);

/** Series of a `/metrics` answer in Prometheus' text format. A metric without a series is none: its labels are not known. */
export function exposedIn(text: string): Exposed {
  const types = new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name!, type!]));
  const exposed = new Map<string, ExposedMetric>();
  for (const [, name = '', labels = ''] of text.matchAll(/^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? \S+$/gm)) {
    const type = types.get(name) ?? types.get(name.replace(/_(bucket|sum|count)$/, '')) ?? 'unknown';
    const known = exposed.get(name) ?? { type, labels: new Set(targetLabels) };
    for (const [, label] of labels.matchAll(/([a-zA-Z_]\w*)="(?:[^"\\]|\\.)*"/g)) known.labels.add(label!);
    exposed.set(name, known);
  }
  return exposed;
}

/** One sentence for each fault. */
export function faultsOf(query: string, exposed: Exposed): string[] {
  const faults: string[] = [];
  const textOf = (node: SyntaxNode) => query.slice(node.from, node.to);
  visit(parser.parse(query).topNode, (node) => {
    if (node.type.isError) faults.push(`syntax error at ${node.from}: ${query}`);
    else if (node.name === 'VectorSelector') faults.push(...selectorFaults(node, textOf, exposed));
    else if (node.name === 'AggregateExpr' || node.name === 'BinaryExpr')
      faults.push(...groupingFaults(node, textOf, exposed));
    else if (node.name === 'FunctionCall') faults.push(...rateFaults(node, textOf, exposed));
  });
  return faults;
}

/** Labels that the result may have. */
export function labelsOf(query: string, exposed: Exposed): Set<string> {
  return labelsUnder(parser.parse(query).topNode, (node) => query.slice(node.from, node.to), exposed);
}

type TextOf = (node: SyntaxNode) => string;

function selectorFaults(node: SyntaxNode, textOf: TextOf, exposed: Exposed): string[] {
  const name = textOf(node.getChild('Identifier') ?? node);
  const metric = exposed.get(name);
  if (metric === undefined) return [`no metric ${name}`];
  return namesIn(node.getChild('LabelMatchers'), textOf)
    .filter((label) => !metric.labels.has(label))
    .map((label) => `${name} has no label ${label}`);
}

/** `by`, `without`, `on`, `ignoring`, `group_left`: labels that something inside has. */
function groupingFaults(node: SyntaxNode, textOf: TextOf, exposed: Exposed): string[] {
  const clause = node.getChild('AggregateModifier') ?? node.getChild('MatchingModifierClause');
  if (clause === null) return [];
  const known = new Set<string>();
  visit(node, (inner) => {
    if (inner.name !== 'VectorSelector') return;
    const metric = exposed.get(textOf(inner.getChild('Identifier') ?? inner));
    for (const label of metric?.labels ?? []) known.add(label);
  });
  return clause
    .getChildren('GroupingLabels')
    .flatMap((labels) => namesIn(labels, textOf))
    .filter((label) => !known.has(label))
    .map((label) => `nothing in "${textOf(node)}" has the label ${label}`);
}

function rateFaults(node: SyntaxNode, textOf: TextOf, exposed: Exposed): string[] {
  const name = textOf(node.getChild('FunctionIdentifier') ?? node);
  if (!ofCounters.has(name) && !ofGauges.has(name)) return [];
  const argument = node.getChild('FunctionCallBody')?.getChild('MatrixSelector');
  const selector = argument?.getChild('VectorSelector');
  if (!argument || !selector) return [`${name} takes a range: ${textOf(node)}`];
  const metric = exposed.get(textOf(selector.getChild('Identifier') ?? selector));
  if (metric === undefined) return [];
  const counts = metric.type !== 'gauge';
  return counts === ofCounters.has(name) ? [] : [`${name} of a ${metric.type}: ${textOf(node)}`];
}

function labelsUnder(node: SyntaxNode, textOf: TextOf, exposed: Exposed): Set<string> {
  if (node.name === 'AggregateExpr') {
    const modifier = node.getChild('AggregateModifier');
    if (modifier === null) {
      // topk and bottomk keep what they are given.
      const op = textOf(node.getChild('AggregateOp') ?? node);
      if (op !== 'topk' && op !== 'bottomk') return new Set();
    } else if (modifier.getChild('By') !== null) {
      return new Set(modifier.getChildren('GroupingLabels').flatMap((labels) => namesIn(labels, textOf)));
    }
  }
  if (node.name === 'VectorSelector')
    return new Set(exposed.get(textOf(node.getChild('Identifier') ?? node))?.labels);
  const labels = new Set<string>();
  for (let child = node.firstChild; child !== null; child = child.nextSibling)
    for (const label of labelsUnder(child, textOf, exposed)) labels.add(label);
  return labels;
}

function namesIn(node: SyntaxNode | null, textOf: TextOf): string[] {
  const names: string[] = [];
  if (node !== null)
    visit(node, (inner) => {
      if (inner.name === 'LabelName') names.push(textOf(inner));
      if (inner.name === 'QuotedLabelName') names.push(textOf(inner).slice(1, -1));
    });
  return names;
}

function visit(node: SyntaxNode, each: (node: SyntaxNode) => void): void {
  each(node);
  for (let child = node.firstChild; child !== null; child = child.nextSibling) visit(child, each);
}
