/** Raises mike's daily limit through the Kubernetes-style API, so that the walkthrough's policy is on but never refuses. */
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { parse } from 'yaml';

interface Kubeconfig {
  clusters: { cluster: { server: string; 'certificate-authority-data': string } }[];
  users: { user: { token: string } }[];
}

export function raiseLimit(kubeconfig: string, tokens: number): Promise<void> {
  const config = parse(readFileSync(kubeconfig, 'utf8')) as Kubeconfig;
  const { cluster } = config.clusters[0]!;
  const limits = `domain: token-budgets
descriptors:
  - key: user_id
    value: mike
    rate_limit: {unit: day, requests_per_unit: ${tokens}}
`;
  const body = JSON.stringify({ data: { 'config.yaml': limits } });
  return new Promise((resolve, reject) => {
    const call = request(
      `${cluster.server}/api/v1/namespaces/ratelimit/configmaps/ratelimit-config`,
      {
        method: 'PATCH',
        ca: Buffer.from(cluster['certificate-authority-data'], 'base64'),
        headers: {
          authorization: `Bearer ${config.users[0]!.user.token}`,
          'content-type': 'application/merge-patch+json',
          'content-length': Buffer.byteLength(body),
        },
      },
      (answer) => {
        answer.resume();
        answer.on('end', () =>
          answer.statusCode === 200
            ? resolve()
            : reject(new Error(`PATCH ratelimit-config: ${answer.statusCode}`)),
        );
      },
    );
    call.on('error', reject);
    call.end(body);
  });
}
