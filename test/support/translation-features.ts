/**
 * One small request per feature and client dialect, with the mark by which the feature is found in what a provider gets.
 * What neither arrives nor is named in a drop or a fault would be lost in silence: the matrix's test fails on that.
 */

export interface Feature {
  name: string;
  /** Found in the provider's request when the feature arrived, whatever its wire format. */
  arrives: RegExp;
  /** Members of the client's request; a dialect without the feature has none. */
  Completions?: object;
  Messages?: object;
  Responses?: object;
  GenerateContent?: object;
}

const png = 'iVBORw0KGgo=';
const pdf = 'JVBERi0=';
const url = 'https://example.com/a.png';
const schema = { type: 'object', properties: { mark: { type: 'string' } }, required: ['mark'] };
const closed = { ...schema, additionalProperties: false };

const user = {
  chat: (...content: object[]) => ({ messages: [{ role: 'user', content }] }),
  responses: (...content: object[]) => ({ input: [{ role: 'user', content }] }),
  gemini: (...parts: object[]) => ({ contents: [{ role: 'user', parts }] }),
};
const tool = {
  Completions: { tools: [{ type: 'function', function: { name: 'mark', parameters: schema } }] },
  Messages: { tools: [{ name: 'mark', input_schema: schema }] },
  Responses: { tools: [{ type: 'function', name: 'mark', parameters: schema }] },
  GenerateContent: { tools: [{ functionDeclarations: [{ name: 'mark', parametersJsonSchema: schema }] }] },
};

/** A conversation in which a tool was called twice at once and answered. */
function called(
  result: { chat?: object; messages?: object; responses?: object; gemini?: object; shown?: object } = {},
) {
  const ask = { role: 'user', content: 'x' };
  const call = (id: string) => ({ id, type: 'function', function: { name: 'mark', arguments: '{"n":1}' } });
  const item = (call_id: string) => ({ type: 'function_call', call_id, name: 'mark', arguments: '{"n":1}' });
  const use = (id: string) => ({ type: 'tool_use', id, name: 'mark', input: { n: 1 } });
  const part = { functionCall: { name: 'mark', args: { n: 1 } } };
  const answer = (response: object, inlineData?: object) => ({
    functionResponse: { name: 'mark', response, ...(inlineData && { parts: [{ inlineData }] }) },
  });
  return {
    Completions: {
      messages: [
        ask,
        { role: 'assistant', content: null, tool_calls: [call('a'), call('b')] },
        { role: 'tool', tool_call_id: 'a', content: 'done-a', ...result.chat },
        { role: 'tool', tool_call_id: 'b', content: 'done-b' },
      ],
    },
    Messages: {
      messages: [
        ask,
        { role: 'assistant', content: [use('a'), use('b')] },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'a', content: 'done-a', ...result.messages },
            { type: 'tool_result', tool_use_id: 'b', content: 'done-b' },
          ],
        },
      ],
    },
    Responses: {
      input: [
        ask,
        item('a'),
        item('b'),
        { type: 'function_call_output', call_id: 'a', output: 'done-a', ...result.responses },
        { type: 'function_call_output', call_id: 'b', output: 'done-b' },
      ],
    },
    GenerateContent: {
      contents: [
        { role: 'user', parts: [{ text: 'x' }] },
        { role: 'model', parts: [part, part] },
        {
          role: 'user',
          parts: [answer(result.gemini ?? { output: 'done-a' }, result.shown), answer({ output: 'done-b' })],
        },
      ],
    },
  };
}

const thought = {
  Completions: {
    messages: [
      { role: 'user', content: 'x' },
      {
        role: 'assistant',
        content: 'y',
        thinking_blocks: [{ type: 'thinking', thinking: 't', signature: 'c2ln' }],
      },
      { role: 'user', content: 'z' },
    ],
  },
  Messages: {
    messages: [
      { role: 'user', content: 'x' },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 't', signature: 'c2ln' },
          { type: 'text', text: 'y' },
        ],
      },
      { role: 'user', content: 'z' },
    ],
  },
  Responses: {
    input: [
      { role: 'user', content: 'x' },
      {
        type: 'reasoning',
        summary: [{ type: 'summary_text', text: 't' }],
        encrypted_content: 'tollgate.signed.c2ln',
      },
      { role: 'user', content: 'z' },
    ],
  },
  GenerateContent: {
    contents: [
      { role: 'user', parts: [{ text: 'x' }] },
      {
        role: 'model',
        parts: [{ text: 't', thought: true, thoughtSignature: 'tollgate/signed/c2ln' }, { text: 'y' }],
      },
      { role: 'user', parts: [{ text: 'z' }] },
    ],
  },
};

const config = (generationConfig: object) => ({ GenerateContent: { generationConfig } });
/** The same member in several dialects. */
const same = (fields: object, ...dialects: ('Completions' | 'Messages' | 'Responses')[]) =>
  Object.fromEntries(dialects.map((dialect) => [dialect, fields]));

export const features: Feature[] = [
  {
    name: 'system prompt',
    arrives: /be-brief/,
    Completions: {
      messages: [
        { role: 'developer', content: 'be-brief' },
        { role: 'user', content: 'x' },
      ],
    },
    Messages: { system: 'be-brief' },
    Responses: { instructions: 'be-brief' },
    GenerateContent: { systemInstruction: { parts: [{ text: 'be-brief' }] } },
  },
  {
    name: 'picture, inline',
    arrives: /iVBORw0KGgo=/,
    Completions: user.chat({ type: 'image_url', image_url: { url: `data:image/png;base64,${png}` } }),
    Messages: user.chat({ type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } }),
    Responses: user.responses({ type: 'input_image', image_url: `data:image/png;base64,${png}` }),
    GenerateContent: user.gemini({ inlineData: { mimeType: 'image/png', data: png } }),
  },
  {
    name: 'picture, by URL',
    arrives: /example\.com/,
    Completions: user.chat({ type: 'image_url', image_url: { url } }),
    Messages: user.chat({ type: 'image', source: { type: 'url', url } }),
    Responses: user.responses({ type: 'input_image', image_url: url }),
    GenerateContent: user.gemini({ fileData: { mimeType: 'image/png', fileUri: url } }),
  },
  {
    name: 'PDF, inline',
    arrives: /JVBERi0=/,
    Completions: user.chat({ type: 'file', file: { file_data: `data:application/pdf;base64,${pdf}` } }),
    Messages: user.chat({
      type: 'document',
      source: { type: 'base64', media_type: 'application/pdf', data: pdf },
    }),
    Responses: user.responses({ type: 'input_file', file_data: `data:application/pdf;base64,${pdf}` }),
    GenerateContent: user.gemini({ inlineData: { mimeType: 'application/pdf', data: pdf } }),
  },
  {
    name: 'PDF, by URL',
    arrives: /example\.com/,
    Messages: user.chat({ type: 'document', source: { type: 'url', url: 'https://example.com/a.pdf' } }),
    Responses: user.responses({ type: 'input_file', file_url: 'https://example.com/a.pdf' }),
    GenerateContent: user.gemini({
      fileData: { mimeType: 'application/pdf', fileUri: 'https://example.com/a.pdf' },
    }),
  },
  {
    name: 'sound',
    arrives: /UklGRg==/,
    Completions: user.chat({ type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'wav' } }),
    GenerateContent: user.gemini({ inlineData: { mimeType: 'audio/wav', data: 'UklGRg==' } }),
  },
  {
    name: 'answer in sound',
    arrives: /"AUDIO"|"pcm16"/,
    ...same({ modalities: ['text', 'audio'], audio: { voice: 'mine', format: 'pcm16' } }, 'Completions'),
    ...config({ responseModalities: ['AUDIO'] }),
  },
  { name: 'tools', arrives: /"mark"/, ...tool },
  { name: 'parallel calls and their results', arrives: /done-a[\s\S]*done-b/, ...called() },
  {
    name: 'result of a tool that failed',
    arrives: /"is_error":true|"error":"done-a"|"status":"error"/,
    Messages: called({ messages: { is_error: true } }).Messages,
    GenerateContent: called({ gemini: { error: 'done-a' } }).GenerateContent,
  },
  {
    name: 'picture in the result of a tool',
    arrives: /iVBORw0KGgo=/,
    Messages: called({
      messages: {
        content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } }],
      },
    }).Messages,
    Responses: called({
      responses: { output: [{ type: 'input_image', image_url: `data:image/png;base64,${png}` }] },
    }).Responses,
    GenerateContent: called({ shown: { mimeType: 'image/png', data: png } }).GenerateContent,
  },
  {
    name: 'PDF in the result of a tool',
    arrives: /JVBERi0=/,
    Messages: called({
      messages: {
        content: [{ type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: pdf } }],
      },
    }).Messages,
    Responses: called({
      responses: { output: [{ type: 'input_file', file_data: `data:application/pdf;base64,${pdf}` }] },
    }).Responses,
    GenerateContent: called({ shown: { mimeType: 'application/pdf', data: pdf } }).GenerateContent,
  },
  {
    name: 'strict arguments',
    arrives: /"strict":true/,
    Completions: {
      tools: [{ type: 'function', function: { name: 'mark', parameters: closed, strict: true } }],
    },
    Messages: { tools: [{ name: 'mark', input_schema: closed, strict: true }] },
    Responses: { tools: [{ type: 'function', name: 'mark', parameters: closed, strict: true }] },
  },
  {
    name: 'only some of the tools may be called',
    // The others are not offered: the one that is left is.
    arrives: /"mark"/,
    Completions: {
      ...tool.Completions,
      tool_choice: {
        type: 'allowed_tools',
        allowed_tools: { mode: 'auto', tools: [{ type: 'function', function: { name: 'mark' } }] },
      },
    },
    Responses: {
      ...tool.Responses,
      tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'mark' }] },
    },
    GenerateContent: {
      ...tool.GenerateContent,
      toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['mark', 'other'] } },
    },
  },
  {
    name: 'how closely a picture is looked at',
    arrives: /"detail":"high"/,
    Completions: user.chat({
      type: 'image_url',
      image_url: { url: `data:image/png;base64,${png}`, detail: 'high' },
    }),
    Responses: user.responses({
      type: 'input_image',
      image_url: `data:image/png;base64,${png}`,
      detail: 'high',
    }),
    GenerateContent: user.gemini({
      inlineData: { mimeType: 'image/png', data: png },
      mediaResolution: { level: 'MEDIA_RESOLUTION_HIGH' },
    }),
  },
  {
    name: 'citations from documents',
    arrives: /"citations":\{"enabled":true/,
    Messages: user.chat({
      type: 'document',
      source: { type: 'text', media_type: 'text/plain', data: 'cite me' },
      citations: { enabled: true },
    }),
  },
  {
    name: 'result of a search',
    arrives: /found-this/,
    Messages: user.chat({
      type: 'search_result',
      title: 't',
      source: 'https://example.com',
      content: [{ type: 'text', text: 'found-this' }],
    }),
  },
  {
    name: 'name of a speaker',
    arrives: /"name":"ada"/,
    Completions: { messages: [{ role: 'user', name: 'ada', content: 'x' }] },
  },
  {
    name: 'tools of a namespace, and of the input',
    arrives: /space__mark/,
    Responses: {
      input: [
        {
          type: 'additional_tools',
          role: 'developer',
          tools: [
            {
              type: 'namespace',
              name: 'space',
              description: 'd',
              tools: [{ type: 'function', name: 'mark', parameters: schema }],
            },
          ],
        },
        { role: 'user', content: 'x' },
      ],
    },
  },
  {
    name: 'a tool must be called',
    arrives: /"required"|"any"|"ANY"/,
    Completions: { ...tool.Completions, tool_choice: 'required' },
    Messages: { ...tool.Messages, tool_choice: { type: 'any' } },
    Responses: { ...tool.Responses, tool_choice: 'required' },
    GenerateContent: { ...tool.GenerateContent, toolConfig: { functionCallingConfig: { mode: 'ANY' } } },
  },
  {
    name: 'one call at a time',
    arrives: /"parallel_tool_calls":false|"disable_parallel_tool_use":true/,
    Completions: { ...tool.Completions, parallel_tool_calls: false },
    Messages: { ...tool.Messages, tool_choice: { type: 'auto', disable_parallel_tool_use: true } },
    Responses: { ...tool.Responses, parallel_tool_calls: false },
  },
  {
    name: 'tool of free text',
    arrives: /free-text/,
    Responses: { tools: [{ type: 'custom', name: 'free-text' }] },
  },
  {
    name: 'search on the web',
    arrives: /web_search|googleSearch/,
    ...same({ web_search_options: {} }, 'Completions'),
    Messages: { tools: [{ type: 'web_search_20250305', name: 'web_search' }] },
    Responses: { tools: [{ type: 'web_search' }] },
    GenerateContent: { tools: [{ googleSearch: {} }] },
  },
  {
    name: 'another tool that the vendor runs',
    arrives: /code_execution|code_interpreter|codeExecution/,
    Messages: { tools: [{ type: 'code_execution_20250825', name: 'code_execution' }] },
    Responses: { tools: [{ type: 'code_interpreter', container: { type: 'auto' } }] },
    GenerateContent: { tools: [{ codeExecution: {} }] },
  },
  {
    name: 'answer by a JSON schema',
    arrives: /"mark"|\\"mark\\"/,
    Completions: { response_format: { type: 'json_schema', json_schema: { name: 's', schema } } },
    Messages: { output_config: { format: { type: 'json_schema', schema } } },
    Responses: { text: { format: { type: 'json_schema', name: 's', schema } } },
    ...config({ responseJsonSchema: schema }),
  },
  {
    name: 'answer in JSON',
    arrives: /json_object|application\/json/,
    Completions: { response_format: { type: 'json_object' } },
    Responses: { text: { format: { type: 'json_object' } } },
    ...config({ responseMimeType: 'application/json' }),
  },
  {
    name: 'reasoning',
    arrives: /2048|"low"/,
    Completions: { reasoning_effort: 'low', max_completion_tokens: 9000 },
    Messages: { thinking: { type: 'enabled', budget_tokens: 2048 }, max_tokens: 9000 },
    Responses: { reasoning: { effort: 'low' }, max_output_tokens: 9000 },
    ...config({ thinkingConfig: { thinkingBudget: 2048 }, maxOutputTokens: 9000 }),
  },
  { name: 'signed reasoning of earlier turns', arrives: /c2ln/, ...thought },
  {
    name: 'mark for prompt caching',
    arrives: /ephemeral|cachePoint/,
    Completions: user.chat({ type: 'text', text: 'x', cache_control: { type: 'ephemeral' } }),
    Messages: user.chat({ type: 'text', text: 'x', cache_control: { type: 'ephemeral' } }),
  },
  {
    name: 'temperature',
    arrives: /"temperature":0\.3/,
    ...same({ temperature: 0.3 }, 'Completions', 'Messages', 'Responses'),
    ...config({ temperature: 0.3 }),
  },
  {
    name: 'top_p',
    arrives: /"top_?[pP]":0\.9/,
    ...same({ top_p: 0.9 }, 'Completions', 'Messages', 'Responses'),
    ...config({ topP: 0.9 }),
  },
  { name: 'top_k', arrives: /"top_?[kK]":17/, ...same({ top_k: 17 }, 'Messages'), ...config({ topK: 17 }) },
  {
    name: 'stop sequences',
    arrives: /END-HERE/,
    Completions: { stop: ['END-HERE'] },
    Messages: { stop_sequences: ['END-HERE'] },
    ...config({ stopSequences: ['END-HERE'] }),
  },
  { name: 'seed', arrives: /"seed":7/, ...same({ seed: 7 }, 'Completions'), ...config({ seed: 7 }) },
  {
    name: 'penalties',
    arrives: /_penalty"|Penalty"/,
    ...same({ frequency_penalty: 0.5 }, 'Completions'),
    ...config({ frequencyPenalty: 0.5 }),
  },
  {
    name: 'log probabilities',
    arrives: /logprobs/i,
    ...same({ logprobs: true }, 'Completions'),
    ...same({ top_logprobs: 2 }, 'Responses'),
    ...config({ responseLogprobs: true }),
  },
  {
    name: 'several answers',
    arrives: /"n":2|"candidateCount":2/,
    ...same({ n: 2 }, 'Completions'),
    ...config({ candidateCount: 2 }),
  },
  {
    name: "the end user's name",
    arrives: /user-7/,
    ...same({ user: 'user-7' }, 'Completions', 'Responses'),
    ...same({ metadata: { user_id: 'user-7' } }, 'Messages'),
  },
  {
    name: 'length of the answer in words',
    arrives: /verbosity/,
    ...same({ verbosity: 'low' }, 'Completions'),
    ...same({ text: { verbosity: 'low' } }, 'Responses'),
  },
  {
    name: 'faster or cheaper service',
    arrives: /"priority"/,
    ...same({ service_tier: 'priority' }, 'Completions', 'Responses'),
  },
  {
    name: 'conversation kept by the vendor',
    arrives: /resp_1|cachedContents/,
    ...same({ previous_response_id: 'resp_1' }, 'Responses'),
    GenerateContent: { cachedContent: 'cachedContents/1' },
  },
];

export const plainRequests = {
  Completions: { messages: [{ role: 'user', content: 'x' }] },
  Messages: { max_tokens: 100, messages: [{ role: 'user', content: 'x' }] },
  Responses: { input: 'x' },
  GenerateContent: { contents: [{ role: 'user', parts: [{ text: 'x' }] }] },
};
