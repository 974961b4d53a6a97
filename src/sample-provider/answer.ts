/** What the sample provider says, and what that costs: real counts of what came in and what goes out. */

export interface SampleRequest {
  model?: string;
  max_tokens?: number;
  stream?: boolean;
  system?: unknown;
  messages: { role: string; content: unknown }[];
  tools?: { name: string; input_schema?: { properties?: Record<string, { type?: string }> } }[];
}

interface ToolCall {
  name: string;
  input: Record<string, unknown>;
}

export interface SampleAnswer {
  text: string;
  tool?: ToolCall & { id: string };
  stopReason: 'end_turn' | 'max_tokens' | 'tool_use';
  usage: { input_tokens: number; output_tokens: number };
}

/** Sentences of a general kind, so that an answer is long enough to be a paragraph and to cost what one costs. */
const sentences = [
  'No model has thought about this: the words are canned and only the counting is real.',
  'A gateway stands between people and models, so that one place knows who asks, what it costs and when it is enough.',
  'Each person holds a key of their own, and the credential of the provider never leaves the gateway.',
  'What was used is written down once, and both the limit and the report are computed from that.',
  'When a budget is spent, the next call is refused until the window starts anew.',
  'Set ANTHROPIC_API_KEY before the start and the same call is answered by the real provider.',
];

/** Counts pieces of words and marks, four letters to a piece: close to what tokenizers give for English. */
export function countTokens(text: string): number {
  let count = 0;
  for (const word of text.match(/[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu) ?? [])
    count += Math.max(1, Math.ceil(word.length / 4));
  return count;
}

export function answer(request: SampleRequest, id: string): SampleAnswer {
  const question = lastText(request);
  const input_tokens = countTokens(
    JSON.stringify([request.system ?? '', request.messages, request.tools ?? []]),
  );
  const asked = toolAsked(request, question);
  const full = asked !== undefined ? 'Tollgate sample provider: calling the tool.' : paragraph(question);
  const { text, cut } = limit(full, request.max_tokens ?? 4_096);
  const tool = asked !== undefined && !cut ? { id: `toolu_${id}`, ...asked } : undefined;
  const output_tokens =
    countTokens(text) + (tool === undefined ? 0 : countTokens(JSON.stringify(tool.input)) + 40);
  return {
    text,
    ...(tool && { tool }),
    stopReason: cut ? 'max_tokens' : tool === undefined ? 'end_turn' : 'tool_use',
    usage: { input_tokens, output_tokens },
  };
}

/** "use the tool" calls the first one with made-up values; "use the tool NAME with {…}" that one with just these. */
function toolAsked({ tools = [] }: SampleRequest, question: string): ToolCall | undefined {
  const wish = /\buse the tool\b(?: (\S+) with (\{.*\}))?/i.exec(question);
  if (wish === null) return undefined;
  const named = tools.find(({ name }) => name === wish[1]);
  const input = named === undefined ? undefined : objectIn(wish[2]!);
  if (input !== undefined) return { name: named!.name, input };
  return tools[0] && { name: tools[0].name, input: sampleInput(tools[0]) };
}

function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function paragraph(question: string): string {
  const asked = question.length > 120 ? `${question.slice(0, 117)}…` : question;
  return `Tollgate sample provider: you asked “${asked}”. ${sentences.join(' ')}`;
}

/** Of the person: a system's words may stand after it. */
function lastText({ messages }: SampleRequest): string {
  const content = messages.findLast(({ role }) => role === 'user')?.content;
  if (typeof content === 'string') return content;
  const parts = (Array.isArray(content) ? content : []) as { type?: string; text?: string }[];
  return parts.flatMap((part) => (part.type === 'text' ? [part.text ?? ''] : [])).join(' ');
}

function limit(text: string, maxTokens: number): { text: string; cut: boolean } {
  if (countTokens(text) <= maxTokens) return { text, cut: false };
  const words = text.split(' ');
  while (words.length > 1 && countTokens(words.join(' ')) > maxTokens) words.pop();
  return { text: words.join(' '), cut: true };
}

function sampleInput(tool: NonNullable<SampleRequest['tools']>[number]): Record<string, unknown> {
  const values: Record<string, unknown> = {
    string: 'sample',
    number: 1,
    integer: 1,
    boolean: true,
    array: [],
    object: {},
  };
  const properties = tool.input_schema?.properties ?? {};
  return Object.fromEntries(
    Object.entries(properties).map(([name, { type = 'string' }]) => [name, values[type] ?? 'sample']),
  );
}
