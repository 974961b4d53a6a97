import { Code, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { getOidc, type OidcView } from '../../api/users.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Facts } from '../../components/facts.tsx';
import { Section } from '../../components/section.tsx';
import { strings } from '../../strings.ts';

const texts = strings.users.oidc;
const { shortRoles } = strings.settings.tokens;

/** Set where the gateway is started; here it is seen. */
export function OidcFacts() {
  const { data, error } = useQuery({ queryKey: ['oidc'], queryFn: ({ signal }) => getOidc(signal) });
  return (
    <Section title={texts.title}>
      {error !== null && <ErrorNotice error={error} />}
      {data !== undefined && data.issuer === undefined && (
        <Text size="sm" className="break">
          {texts.absent} <Code>{data.callback}</Code>
        </Text>
      )}
      {data?.issuer !== undefined && <Facts facts={factsOf(data)} />}
    </Section>
  );
}

function factsOf(view: OidcView): [string, ReactNode][] {
  const { issuer, clientId, hasSecret, callback, claim, roles = [], sessionHours = 0 } = view;
  const rules = roles.map(({ value, role, team }) => (
    <div key={value}>{texts.rule(value, team === undefined ? shortRoles[role] : texts.ownerOf(team))}</div>
  ));
  return [
    [texts.issuer, issuer],
    [texts.clientId, clientId],
    [texts.secret, hasSecret ? texts.hasSecret : texts.noSecret],
    [texts.callback, callback],
    [texts.claim, claim],
    [texts.roles, rules],
    [texts.hours, texts.inHours(sessionHours)],
  ];
}
