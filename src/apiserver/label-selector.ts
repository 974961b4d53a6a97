/** Label selectors: equality (`a=b`, `a==b`, `a!=b`) and set-based (`a in (b,c)`, `a notin (b)`, `a`, `!a`). */
import { badRequest } from './status-error.ts';

export type LabelSelector = (labels: Record<string, string> | undefined) => boolean;

const name = '[A-Za-z0-9](?:[A-Za-z0-9._/-]*[A-Za-z0-9])?';
const value = '(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)?';
const requirement = new RegExp(
  `^\\s*(?:(?<absent>!)\\s*(?<absentKey>${name})|(?<key>${name})(?:\\s*(?<op>==|=|!=)\\s*(?<value>${value})|\\s+(?<set>in|notin)\\s*\\((?<values>[^()]*)\\)|\\s*(?<compare>[<>])\\s*(?<bound>-?\\d+))?)\\s*(?:,|$)`,
);

/** Throws 400 for a selector that does not parse. An empty text selects everything. */
export function parseLabelSelector(text: string): LabelSelector {
  const requirements: LabelSelector[] = [];
  let rest = text.trim();
  while (rest !== '') {
    const match = requirement.exec(rest);
    if (match === null)
      throw badRequest(`unable to parse requirement: ${JSON.stringify(rest)} is not a label selector`);
    requirements.push(toRequirement(match.groups as Record<string, string | undefined>));
    rest = rest.slice(match[0].length);
  }
  return (labels = {}) => requirements.every((holds) => holds(labels));
}

function toRequirement(groups: Record<string, string | undefined>): LabelSelector {
  const key = (groups['absentKey'] ?? groups['key'])!;
  const has = (labels: Record<string, string> = {}) => Object.hasOwn(labels, key);
  if (groups['absent'] !== undefined) return (labels) => !has(labels);
  if (groups['op'] !== undefined) {
    const wanted = groups['value']!;
    if (groups['op'] === '!=') return (labels) => labels?.[key] !== wanted;
    return (labels) => labels?.[key] === wanted;
  }
  if (groups['set'] !== undefined) {
    const values = new Set(groups['values']!.split(',').map((v) => v.trim()));
    if (groups['set'] === 'in') return (labels) => has(labels) && values.has(labels![key]!);
    return (labels) => !has(labels) || !values.has(labels![key]!);
  }
  if (groups['compare'] !== undefined) return compare(key, groups['compare'], Number(groups['bound']));
  return has;
}

function compare(key: string, operator: string, bound: number): LabelSelector {
  return (labels) => {
    const found = Number(labels?.[key]);
    return labels?.[key] !== undefined && (operator === '<' ? found < bound : found > bound);
  };
}
