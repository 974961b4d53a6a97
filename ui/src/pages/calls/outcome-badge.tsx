import { Badge } from '@mantine/core';
import { outcomeOf } from '../../../../src/core/outcome.ts';
import type { Call } from '../../api/types.ts';
import { strings } from '../../strings.ts';

const colors = { ok: 'teal', refused: 'orange', failed: 'red' };

export function OutcomeBadge({ call }: { call: Call }) {
  const outcome = outcomeOf(call);
  return (
    <Badge
      variant="dot"
      color={colors[outcome]}
      tt="none"
      miw="max-content"
      title={call.error ?? call.reason}
    >
      {strings.calls.outcomes[outcome]} {call.status}
    </Badge>
  );
}
