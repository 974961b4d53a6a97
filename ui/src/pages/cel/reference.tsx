import { Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getCelReference } from '../../api/cel.ts';
import { Section } from '../../components/section.tsx';
import { strings } from '../../strings.ts';

const texts = strings.cel;

/** Every variable and function, as the gateway itself tells them. */
export function Reference() {
  const { data } = useQuery({
    queryKey: ['cel', 'reference'],
    queryFn: ({ signal }) => getCelReference(signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (data === undefined) return null;
  const variables = data.variables
    .filter(({ isSet }) => isSet)
    .map(({ name, description }) => ({ name, written: name, description }));
  const unset = data.variables.filter(({ isSet }) => !isSet).map(({ name }) => name);
  const functions = data.functions.map(({ name, form, description }) => ({
    name,
    written: form,
    description,
  }));
  return (
    <>
      <Section title={texts.available}>
        <Notes label={texts.available} first={texts.name} notes={variables} />
        <Text size="sm" mt="sm">
          {texts.unset} <code className="break">{unset.join(', ')}</code>
        </Text>
      </Section>
      <Section title={texts.functions}>
        <Notes label={texts.functions} first={texts.form} notes={functions} />
      </Section>
    </>
  );
}

interface NotesProps {
  label: string;
  first: string;
  notes: { name: string; written: string; description: string }[];
}

function Notes({ label, first, notes }: NotesProps) {
  return (
    <Table aria-label={label} verticalSpacing={4} horizontalSpacing="xs" fz="sm">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{first}</Table.Th>
          <Table.Th>{texts.meaning}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {notes.map(({ name, written, description }) => (
          <Table.Tr key={name}>
            <Table.Td>
              <code className="break">{written}</code>
            </Table.Td>
            <Table.Td className="break">{description}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
