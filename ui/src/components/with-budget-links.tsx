import { Link } from '@tanstack/react-router';
import { Fragment } from 'react';

/** Names in Kubernetes have no other characters. */
const budgetName = /\bbudget ([a-z0-9][-a-z0-9]*)\/([a-z0-9][-a-z0-9.]*[a-z0-9]|[a-z0-9])/g;

/** What the gateway says of a call, each budget that it names a link: `budget ns/daily: over`. */
export function WithBudgetLinks({ text }: { text: string }) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(budgetName)) {
    const [whole, namespace = '', name = ''] = match;
    parts.push(
      <Fragment key={match.index}>
        {text.slice(end, match.index)}budget <BudgetLink namespace={namespace} name={name} />
      </Fragment>,
    );
    end = match.index + whole.length;
  }
  return (
    <>
      {parts}
      {text.slice(end)}
    </>
  );
}

export function BudgetLink({ namespace, name }: { namespace: string; name: string }) {
  return (
    <Link to="/budgets/$namespace/$name" params={{ namespace, name }} className="link">
      {namespace}/{name}
    </Link>
  );
}
