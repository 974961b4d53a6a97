import { Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { GraphNode } from './graph.ts';
import { StandingBadge } from './standing-badge.tsx';

/** Each leads to its YAML. */
export function PolicyList({ policies }: { policies: GraphNode['policies'] }) {
  return policies.map(({ id, namespace, name, standing, message }) => (
    <Text key={id} size="xs" component="div" className="break">
      <Link
        to="/configuration/edit"
        search={{ kind: 'AgentgatewayPolicy', namespace, name }}
        className="link"
      >
        {name}
      </Link>{' '}
      {standing !== 'fine' && <StandingBadge standing={standing} message={message} />}
      {message !== undefined && ` ${message}`}
    </Text>
  ));
}
