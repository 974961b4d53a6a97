/**
 * `anthropic-beta` at the clouds that serve Anthropic's models: they know fewer betas than Anthropic does, and refuse the whole call
 * for one that they do not know. Clients send all they have to whoever answers; what is left out is told.
 */

export interface Betas {
  kept: string[];
  left: string[];
}

/** AWS's list for InvokeModel, whatever the date. */
const ofBedrock = [
  'computer-use-',
  'token-efficient-tools-',
  'interleaved-thinking-',
  'output-128k-',
  'dev-full-thinking-',
  'context-1m-',
  'context-management-',
  'effort-',
  'tool-search-tool-',
  'tool-examples-',
];

/** Of Anthropic's own platform: accounts, files, caches across organisations, servers that it calls. */
const ofAnthropicOnly = ['oauth-', 'files-api-', 'prompt-caching-scope-', 'fast-mode-', 'mcp-', 'skills-'];

/** What Anthropic calls by one name, the clouds call by another. */
const otherNames: Record<string, string> = { 'advanced-tool-use-2025-11-20': 'tool-search-tool-2025-10-19' };

export function bedrockBetas(header: string | undefined): Betas {
  return sort(header, (beta) => ofBedrock.some((known) => beta.startsWith(known)));
}

export function vertexBetas(header: string | undefined): Betas {
  return sort(header, (beta) => !ofAnthropicOnly.some((other) => beta.startsWith(other)));
}

function sort(header: string | undefined, isKnown: (beta: string) => boolean): Betas {
  const betas: Betas = { kept: [], left: [] };
  for (const given of header?.split(',') ?? []) {
    const beta = otherNames[given.trim()] ?? given.trim();
    if (beta === '') continue;
    const list = isKnown(beta) ? betas.kept : betas.left;
    if (!list.includes(beta)) list.push(beta);
  }
  return betas;
}
