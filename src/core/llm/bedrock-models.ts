/** What Converse leaves to each vendor's models on Bedrock, told apart by the model's id. */
import { claudeTraits } from './claude-models.ts';
import { temperatureUpTo1, thinkingSampling } from './extended-thinking.ts';
import type { Fields } from './fields.ts';
import type { CanonicalRequest } from './model.ts';
import { effortOf } from './reasoning-effort.ts';

/** `anthropic.…`, behind a region of an inference profile (`eu.`), or at the end of an ARN. */
export function isAnthropicModel(model: string): boolean {
  return /(^|[./:])anthropic\./.test(model);
}

/** Others refuse marks for prompt caching. */
export function cachesPrompts(model: string): boolean {
  return isAnthropicModel(model) || isNova(model);
}

/** A profile of one's own may lead to any model: its name does not say to which. */
export function citesDocuments(model: string): boolean {
  return isAnthropicModel(model) || model.includes(':application-inference-profile/');
}

function isNova(model: string): boolean {
  return /(^|[./:])amazon\.nova/.test(model);
}

/** The id of the model that an inference profile across regions leads to; an ARN stays as it is. */
export function bareModel(model: string): string {
  return model.replace(/^(us|us-gov|eu|apac|jp|au|ca|global)\.(?=[a-z0-9-]+\.)/, '');
}

export interface ModelSettings {
  temperature?: number;
  topP?: number;
  /** Members that the API hands to the model as they are. */
  additional: Fields;
  /** Members of the model's own answer that the API hands out. */
  asked?: string[];
}

export function modelSettings(request: CanonicalRequest, drops: string[]): ModelSettings {
  if (isAnthropicModel(request.model)) return anthropicSettings(request, drops);
  const { topP, topK, model } = request;
  const temperature = temperatureUpTo1(request.temperature, drops);
  const additional: Fields = { ...reasoning(request, drops) };
  if (topK !== undefined && isNova(model)) additional['inferenceConfig'] = { topK };
  else if (topK !== undefined) drops.push('top_k');
  return { temperature, topP, additional };
}

function anthropicSettings(request: CanonicalRequest, drops: string[]): ModelSettings {
  // Without a bound the model's own is in force, which leaves room to think.
  const maxTokens = request.maxTokens ?? Number.MAX_SAFE_INTEGER;
  const { temperature, topP, topK, thinking, effort } = thinkingSampling(request, maxTokens, drops);
  const output_config = effort === undefined ? undefined : { effort };
  return {
    temperature,
    topP,
    additional: { top_k: topK, thinking, output_config, tool_choice: oneCall(request) },
    ...(request.stop.length > 0 && { asked: ['/stop_sequence'] }),
  };
}

/** A choice that the API knows itself must not be made twice. */
function oneCall({ model, tools, toolChoice, parallelToolCalls }: CanonicalRequest): Fields | undefined {
  if (parallelToolCalls !== false || tools.length === 0 || !claudeTraits(model).oneCall) return undefined;
  if (toolChoice !== undefined && toolChoice.type !== 'auto') return undefined;
  return { type: 'auto', disable_parallel_tool_use: true };
}

function reasoning({ thinking, model }: CanonicalRequest, drops: string[]): Fields {
  if (thinking === undefined) return {};
  const effort = effortOf(thinking.budgetTokens);
  if (/(^|[./:])openai\./.test(model)) return { reasoning_effort: effort };
  if (!/(^|[./:])amazon\.nova-2/.test(model)) {
    drops.push('reasoning effort');
    return {};
  }
  // At high effort the model takes no bound of its output, and without a bound no budget holds.
  if (effort === 'high') drops.push('reasoning effort (lowered to medium)');
  return { reasoningConfig: { type: 'enabled', maxReasoningEffort: effort === 'high' ? 'medium' : effort } };
}
