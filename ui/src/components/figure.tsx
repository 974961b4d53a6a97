import { Text } from '@mantine/core';

interface FigureProps {
  label: string;
  value: string;
  note?: string;
}

export function Figure({ label, value, note }: FigureProps) {
  return (
    <div>
      <Text size="sm" c="dimmed">
        {label}
      </Text>
      <Text fw={650} lh={1.2} className="figure break">
        {value}
      </Text>
      {note !== undefined && (
        <Text size="xs" c="dimmed">
          {note}
        </Text>
      )}
    </div>
  );
}
