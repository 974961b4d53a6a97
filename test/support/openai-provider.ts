/** A stand-in for OpenAI's APIs in the test's own process: says what the sample provider says, and sums what it reported. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { answer, type SampleAnswer, type SampleRequest } from '../../src/sample-provider/answer.ts';

interface Received {
  path: string;
  headers: IncomingMessage['headers'];
  body: Record<string, unknown>;
}

export interface OpenAiProvider {
  url: string;
  received: Received[];
  usage(): Promise<{ requests: number; inputTokens: number; outputTokens: number }>;
}

type Json = Record<string, unknown>;
type Send = (event: Json) => void;

export async function startOpenAiProvider(t: TestContext): Promise<OpenAiProvider> {
  const totals = { requests: 0, inputTokens: 0, outputTokens: 0 };
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}') as Json;
    received.push({ path: request.url!, headers: request.headers, body });
    const serve = apis[request.url!];
    if (serve === undefined) return void sendJson(response, 404, { error: { message: 'no such path' } });
    const made = answer(sampleRequest(body), String(received.length));
    totals.requests++;
    totals.inputTokens += made.usage.input_tokens;
    totals.outputTokens += made.usage.output_tokens;
    serve(response, body, made);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, received, usage: async () => ({ ...totals }) };
}

const apis: Record<string, (response: ServerResponse, body: Json, made: SampleAnswer) => void> = {
  '/v1/chat/completions': chat,
  '/v1/responses': responses,
};

/** What was asked, in the shape that answers are made from. */
function sampleRequest(body: Json): SampleRequest {
  const items = (body['messages'] ?? body['input'] ?? []) as Json[] | string;
  const messages = (typeof items === 'string' ? [{ role: 'user', content: items }] : items).map((item) => ({
    // The result of a tool is the last word of the person, and asks for nothing.
    role: item['role'] === undefined || item['role'] === 'tool' ? 'user' : String(item['role']),
    content: item['role'] === 'tool' ? [] : withPlainTypes(item['content']),
  }));
  const tools = ((body['tools'] ?? []) as Json[]).map((tool) => {
    const { name, parameters } = (tool['function'] ?? tool) as Json;
    return { name: String(name), input_schema: parameters as object };
  });
  return { messages, tools };
}

function withPlainTypes(content: unknown): unknown {
  return Array.isArray(content)
    ? content.map((part: Json) => (part['type'] === 'input_text' ? { ...part, type: 'text' } : part))
    : content;
}

function chat(response: ServerResponse, body: Json, made: SampleAnswer): void {
  const { input_tokens, output_tokens } = made.usage;
  const usage = {
    prompt_tokens: input_tokens,
    completion_tokens: output_tokens,
    total_tokens: input_tokens + output_tokens,
  };
  const calls =
    made.tool === undefined
      ? []
      : [
          {
            id: made.tool.id,
            type: 'function',
            function: { name: made.tool.name, arguments: JSON.stringify(made.tool.input) },
          },
        ];
  const finish_reason = made.tool === undefined ? 'stop' : 'tool_calls';
  const head = { id: 'chatcmpl-1', created: 1_795_448_801, model: body['model'] };
  if (body['stream'] !== true) {
    const message = { role: 'assistant', content: made.text, ...(calls.length > 0 && { tool_calls: calls }) };
    return void sendJson(response, 200, {
      ...head,
      object: 'chat.completion',
      choices: [{ index: 0, message, finish_reason }],
      usage,
    });
  }
  const send = stream(response);
  const chunk = (delta: Json, finish: string | null = null) =>
    send({
      ...head,
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta, finish_reason: finish }],
      usage: null,
    });
  chunk({ role: 'assistant', content: '' });
  for (const content of made.text.match(/\S+\s*/g) ?? []) chunk({ content });
  calls.forEach((call, index) => {
    chunk({ tool_calls: [{ index, ...call }] });
  });
  chunk({}, finish_reason);
  if ((body['stream_options'] as Json | undefined)?.['include_usage'] === true)
    send({ ...head, object: 'chat.completion.chunk', choices: [], usage });
  response.end('data: [DONE]\n\n');
}

function responses(response: ServerResponse, body: Json, made: SampleAnswer): void {
  const { input_tokens, output_tokens } = made.usage;
  const part = { type: 'output_text', text: made.text, annotations: [] };
  const message = { id: 'msg_1', type: 'message', role: 'assistant', status: 'completed', content: [part] };
  const output: Json[] = [message];
  if (made.tool !== undefined) {
    const { id, name, input } = made.tool;
    const call = { id: 'fc_1', call_id: id, name, arguments: JSON.stringify(input) };
    output.push({ type: 'function_call', status: 'completed', ...call });
  }
  const usage = {
    input_tokens,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: input_tokens + output_tokens,
  };
  const head = { id: 'resp_1', object: 'response', created_at: 1_795_448_801, model: body['model'] };
  const done = { ...head, status: 'completed', output, usage };
  if (body['stream'] !== true) return void sendJson(response, 200, done);
  const write = stream(response, true);
  let sequence_number = 0;
  const send: Send = (event) => write({ ...event, sequence_number: sequence_number++ });
  send({
    type: 'response.created',
    response: { ...head, status: 'in_progress', output: [], usage: null },
  });
  output.forEach((item, output_index) => {
    streamItem(send, item, output_index);
  });
  send({ type: 'response.completed', response: done });
  response.end();
}

function streamItem(send: Send, item: Json, output_index: number): void {
  const at = { output_index, item_id: item['id'] };
  if (item['type'] === 'message') {
    const [part] = item['content'] as Json[];
    send({
      type: 'response.output_item.added',
      output_index,
      item: { ...item, status: 'in_progress', content: [] },
    });
    const inside = { ...at, content_index: 0 };
    send({ type: 'response.content_part.added', ...inside, part: { ...part, text: '' } });
    for (const delta of String(part!['text']).match(/\S+\s*/g) ?? [])
      send({ type: 'response.output_text.delta', ...inside, delta });
    send({ type: 'response.output_text.done', ...inside, text: part!['text'] });
    send({ type: 'response.content_part.done', ...inside, part });
  } else {
    send({
      type: 'response.output_item.added',
      output_index,
      item: { ...item, status: 'in_progress', arguments: '' },
    });
    send({ type: 'response.function_call_arguments.delta', ...at, delta: item['arguments'] });
    send({ type: 'response.function_call_arguments.done', ...at, arguments: item['arguments'] });
  }
  send({ type: 'response.output_item.done', output_index, item });
}

function stream(response: ServerResponse, named = false): Send {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  return (event) => {
    const name = named ? `event: ${String(event['type'])}\n` : '';
    response.write(`${name}data: ${JSON.stringify(event)}\n\n`);
  };
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}
