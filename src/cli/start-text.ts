/** What `up` prints once it serves: where everything is, and what to try next. */
import { demoLimit, demoPort } from './demo-objects.ts';

export interface StartInfo {
  address: string;
  /** Absent when a real cluster holds the resources. */
  api?: { url: string; kubeconfigPath: string };
  ports: { metrics: number; ready: number; rls: number };
  /** Logs a browser in, once, within 15 minutes. */
  loginUrl: string;
  demo?: DemoInfo;
}

export interface DemoInfo {
  /** The sample provider answers, or the real one. */
  provider: 'sample' | 'anthropic';
  /** Tokens that mike has used in the running window. */
  mikeUsed: number;
  /** Unix seconds at which his window ends (UTC). */
  resetsAtSeconds: number;
}

export function startText(info: StartInfo): string {
  const { address, ports, loginUrl } = info;
  const where = `
Tollgate is up.

  ${apiLine(info)}
  rate limit service     ${address}:${ports.rls} (gRPC)
  console and admin API  ${loginUrl}
                         (logs you in once within 15 minutes; afterwards with the token in the data directory's admin-token)
  metrics                http://${address}:${ports.metrics}/metrics
  readiness              http://${address}:${ports.ready}/healthz/ready
`;
  if (info.api === undefined) return where;
  return where + (info.demo === undefined ? emptyText : demoText(info, info.demo));
}

function apiLine({ api }: StartInfo): string {
  if (api === undefined) return 'resources              from the cluster; kubectl works there as ever';
  return `Kubernetes-style API   ${api.url}      export KUBECONFIG=${api.kubeconfigPath}`;
}

const emptyText = `
Nothing is configured unless an earlier run left something. Next: export KUBECONFIG as above, then kubectl apply your
Gateway, AgentgatewayBackend, HTTPRoute and AgentgatewayPolicy (docs/walkthrough.md goes through all of it).
`;

function demoText({ address }: StartInfo, demo: DemoInfo): string {
  const url = `http://${address}:${demoPort}/anthropic`;
  const spent = demo.mikeUsed > demoLimit;
  const reset = `${new Date(demo.resetsAtSeconds * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const provider =
    demo.provider === 'sample'
      ? 'The built-in sample provider answers (start with ANTHROPIC_API_KEY set for the real one).'
      : 'The real Anthropic API answers: calls cost money.';
  const standing = spent
    ? `mike has used ${demo.mikeUsed} of his ${demoLimit} tokens: he is refused until ${reset}.
Reset the demo with:  npm run tollgate -- demo reset`
    : `mike has used ${demo.mikeUsed} of his ${demoLimit} tokens today; the day ends at ${reset}.`;
  const body = `-H 'content-type: application/json' \\
    -d '{"messages": [{"role": "user", "content": "What is a virtual key?"}]}'`;
  return `
The walkthrough's example is applied. ${provider}
${standing}

  1. mike asks: ${spent ? '429 at once, his budget is spent' : '200 the first time, 429 the second: the first answer crosses his budget'}
  curl -i ${url} -H 'Authorization: Bearer sk-mike-key' ${body}

  2. anna has a key and no limit: 200
  curl -i ${url} -H 'Authorization: Bearer sk-anna-key' ${body}

  3. no key: 401
  curl -i ${url} ${body}

Next: change a limit and see it take effect at once:
  export KUBECONFIG as above; kubectl edit configmap ratelimit-config -n ratelimit
`;
}
