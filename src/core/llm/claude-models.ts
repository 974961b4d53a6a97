/** What generations of Anthropic's models take, told apart by the version in the name, in all of the forms that providers write it. */

export interface ClaudeTraits {
  /** How it is told to think; `none`: it does not. Opus 4.6 and Sonnet 4.6 take both forms, the older one deprecated. */
  thinking: 'none' | 'budget' | 'adaptive';
  /** It takes `temperature`, `top_p` and `top_k`. */
  samples: boolean;
  /** It takes only one of `temperature` and `top_p`. */
  oneSampling: boolean;
  /** `xhigh` is an effort of its own. */
  xhigh: boolean;
  /** Bedrock hands on that it is to make one call of a tool at a time. */
  oneCall: boolean;
}

const unknown: ClaudeTraits = {
  thinking: 'budget',
  samples: true,
  oneSampling: false,
  xhigh: false,
  oneCall: false,
};

/** A name without a version (a deployment's, an alias) is taken for a model of the middle, which refuses least. */
export function claudeTraits(model: string): ClaudeTraits {
  const version = versionOf(model);
  if (version === undefined) return unknown;
  return {
    thinking: version < 3.07 ? 'none' : version < 4.06 ? 'budget' : 'adaptive',
    samples: version < 4.07,
    oneSampling: version >= 4.01,
    xhigh: version >= 4.07,
    oneCall: version >= 4.05,
  };
}

/** `claude-sonnet-4-5-20250929`, `claude-3-7-sonnet@20250219`, `us.anthropic.claude-opus-4-6-v1`, `claude-4.7-opus` → 4.05, … */
function versionOf(model: string): number | undefined {
  if (/claude-(mythos|fable)-preview/.test(model)) return 5;
  const match = /claude-(?:[a-z]+-)?(\d{1,2})(?:[-.](\d{1,2}))?(?!\d)/.exec(model);
  if (match === null) return undefined;
  return Number(match[1]) + Number(match[2] ?? 0) / 100;
}
