import { Group, Paper, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useLayoutEffect, useRef, useState } from 'react';
import { strings } from '../../strings.ts';
import type { Graph, GraphNode } from './graph.ts';
import { PolicyList } from './policy-list.tsx';
import { StandingBadge } from './standing-badge.tsx';

const texts = strings.configuration;

interface Line {
  id: string;
  path: string;
  isWrong: boolean;
}

/** Three columns with lines between them. The words of each card say the same: what it leads to and how it stands. */
export function GraphView({ graph }: { graph: Graph }) {
  const frame = useRef<HTMLDivElement>(null);
  const lines = useLines(frame, graph);
  const columns = [
    { title: texts.gateways, nodes: graph.gateways },
    { title: texts.routes, nodes: graph.routes },
    { title: texts.backends, nodes: graph.backends },
  ];
  const names = new Map(columns.flatMap(({ nodes }) => nodes.map(({ id, name }) => [id, name] as const)));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what is wider than the screen is scrolled with the arrow keys too.
    <section className="graph-scroll" aria-label={texts.graph} tabIndex={0}>
      <div className="graph" ref={frame}>
        <svg className="graph-lines" aria-hidden="true">
          {lines.map(({ id, path, isWrong }) => (
            <path key={id} d={path} className={isWrong ? 'graph-line-wrong' : 'graph-line'} />
          ))}
        </svg>
        {columns.map(({ title, nodes }) => (
          <div key={title}>
            <Title order={2} mb="sm">
              {title}
            </Title>
            {nodes.map((node) => (
              <NodeCard key={node.id} node={node} to={node.to.flatMap((id) => names.get(id) ?? [])} />
            ))}
          </div>
        ))}
      </div>
    </section>
  );
}

function NodeCard({ node, to }: { node: GraphNode; to: string[] }) {
  const { id, kind, namespace, name, standing, message, lines, policies } = node;
  const canOpen = standing !== 'missing' && kind !== 'Service';
  return (
    <Paper withBorder p="sm" mb="sm" component="article" aria-label={`${kind} ${name}`} data-node={id}>
      <Group justify="space-between" gap={4}>
        <Text fw={600} size="sm" className="break">
          {canOpen ? (
            <Link to="/configuration/edit" search={{ kind, namespace, name }} className="link">
              {name}
            </Link>
          ) : (
            name
          )}
        </Text>
        <StandingBadge standing={standing} message={message} />
      </Group>
      <Text size="xs" c="dimmed" className="break">
        {kind} · {namespace}
      </Text>
      {lines.map((line) => (
        <Text key={line} size="xs">
          {line}
        </Text>
      ))}
      {message !== undefined && (
        <Text size="xs" c="var(--mantine-color-error)" className="break">
          {message}
        </Text>
      )}
      {to.length > 0 && (
        <Text size="xs" c="dimmed" className="break">
          {texts.leadsTo(to.join(', '))}
        </Text>
      )}
      {policies.length > 0 && (
        <Group gap={4} align="baseline" mt={4}>
          <Text size="xs" c="dimmed">
            {texts.policies}
          </Text>
          <PolicyList policies={policies} />
        </Group>
      )}
    </Paper>
  );
}

/** Drawn from where the cards really are; again when that changes. */
function useLines(frame: React.RefObject<HTMLDivElement | null>, graph: Graph): Line[] {
  const [lines, setLines] = useState<Line[]>([]);
  const drawn = useRef('');
  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    const draw = () => {
      const next = linesIn(element, graph);
      const text = JSON.stringify(next);
      if (text === drawn.current) return;
      drawn.current = text;
      setLines(next);
    };
    draw();
    const observer = new ResizeObserver(draw);
    observer.observe(element);
    return () => observer.disconnect();
  }, [frame, graph]);
  return lines;
}

function linesIn(frame: HTMLElement, { gateways, routes }: Graph): Line[] {
  const origin = frame.getBoundingClientRect();
  const boxes = new Map(
    [...frame.querySelectorAll<HTMLElement>('[data-node]')].map((card) => [
      card.dataset['node'] ?? '',
      card.getBoundingClientRect(),
    ]),
  );
  return [...gateways, ...routes].flatMap((node) =>
    node.to.flatMap((id) => {
      const [from, to] = [boxes.get(node.id), boxes.get(id)];
      if (from === undefined || to === undefined) return [];
      const [x1, y1] = [from.right - origin.left, from.top + Math.min(from.height / 2, 24) - origin.top];
      const [x2, y2] = [to.left - origin.left, to.top + Math.min(to.height / 2, 24) - origin.top];
      const bend = (x1 + x2) / 2;
      const path = `M ${x1} ${y1} C ${bend} ${y1} ${bend} ${y2} ${x2} ${y2}`;
      return [{ id: `${node.id} ${id}`, path, isWrong: node.standing === 'wrong' }];
    }),
  );
}
