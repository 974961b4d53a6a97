import { Table, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { AuditChange, AuditEntry } from '../../api/audit.ts';
import { formatMoment } from '../../components/format.ts';
import { ListHead } from '../../components/list-head.tsx';
import type { ListSearch } from '../../components/list-search.ts';
import { Moment } from '../../components/moment.tsx';
import { strings } from '../../strings.ts';

const texts = strings.audit;
const most = 8;

const columns = [
  { label: texts.time, sort: 'time', mostFirst: true },
  { label: texts.actor, sort: 'actor' },
  { label: texts.action, sort: 'action' },
  { label: texts.object, sort: 'object' },
  { label: texts.changes },
];

interface AuditTableProps<S extends ListSearch> {
  entries: AuditEntry[];
  /** Absent where all are of one object, newest first. */
  list?: { search: S; onChange: (next: S) => void };
}

export function AuditTable<S extends ListSearch>({ entries, list }: AuditTableProps<S>) {
  const withObject = list !== undefined;
  return (
    <Table.ScrollContainer minWidth={withObject ? 760 : 400} className="cards from-top">
      <Table verticalSpacing={6} aria-label={texts.table}>
        {list === undefined ? (
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{texts.time}</Table.Th>
              <Table.Th>{texts.actor}</Table.Th>
              <Table.Th>{texts.action}</Table.Th>
              <Table.Th>{texts.changes}</Table.Th>
            </Table.Tr>
          </Table.Thead>
        ) : (
          <ListHead columns={columns} {...list} first="time" usual="desc" />
        )}
        <Table.Tbody>
          {entries.map((entry) => (
            <Table.Tr key={entry.id}>
              <Table.Td className="nowrap" title={formatMoment(entry.time)}>
                <Moment time={entry.time} />
              </Table.Td>
              <Table.Td miw={90}>
                <span className="clamp">{entry.actor}</span>
              </Table.Td>
              <Table.Td className="nowrap">{entry.action}</Table.Td>
              {withObject && (
                <Table.Td>
                  <AuditedObject name={entry.object} />
                </Table.Td>
              )}
              <Table.Td>
                <Changes changes={entry.changes} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

/** `Kind/namespace/name` as its kind and a link to the page that it has; whatever else was acted on as it is. */
function AuditedObject({ name: whole }: { name: string }) {
  const [kind = '', namespace = '', ...rest] = whole.split('/');
  const name = rest.join('/');
  if (name === '') return <span className="break">{whole}</span>;
  const params = { namespace, name };
  return (
    <>
      <Text size="xs" c="dimmed" className="break">
        {kind} · {namespace}
      </Text>
      {kind === 'VirtualKey' && (
        <Link to="/keys/$namespace/$name" params={params} className="clamp link" title={name}>
          {name}
        </Link>
      )}
      {kind === 'Budget' && (
        <Link to="/budgets/$namespace/$name" params={params} className="clamp link" title={name}>
          {name}
        </Link>
      )}
      {kind !== 'VirtualKey' && kind !== 'Budget' && (
        <span className="clamp" title={name}>
          {name}
        </span>
      )}
    </>
  );
}

function Changes({ changes }: { changes: AuditChange[] }) {
  return (
    <>
      {changes.slice(0, most).map(({ field, from, to }) => (
        <Text key={field} size="xs" className="break">
          {from === undefined
            ? texts.set(field, valueText(to))
            : texts.change(field, valueText(from), valueText(to))}
        </Text>
      ))}
      {changes.length > most && (
        <Text size="xs" c="dimmed">
          {texts.more(changes.length - most)}
        </Text>
      )}
    </>
  );
}

function valueText(value: unknown): string {
  if (value === undefined) return strings.none;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 160 ? `${text.slice(0, 160)}…` : text;
}
