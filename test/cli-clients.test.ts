/** Claude Code and Codex, unmodified and headless: homes of their own in a temporary folder, nothing but the gateway to talk to. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { installClients } from '../scripts/install-clients.ts';
import { addOpenAiRoute, type ClientWorld, clientWorld, type Tokens } from './support/client-world.ts';
import { removeDirectory, temporaryDirectory } from './support/gateway.ts';
import { type OpenAiProvider, startOpenAiProvider } from './support/openai-provider.ts';

type Run = { status: number | null; stdout: string; stderr: string };

interface Tool {
  /** Where the tool's own commands write. */
  folder: string;
  run(args: string[], env: Record<string, string>): Promise<Run>;
}

const clients = installClients();
const command = 'echo tollgate-$((40 + 2)) > made.txt && cat made.txt';
const question = 'What is a virtual key?';

function toolAt(t: TestContext, script: string): Tool {
  const home = temporaryDirectory();
  t.after(() => removeDirectory(home));
  const folder = join(home, 'work');
  mkdirSync(folder);
  return {
    folder,
    run: (args, env) =>
      new Promise((resolve) => {
        const child = spawn(process.execPath, [script, ...args], {
          cwd: folder,
          env: { PATH: process.env['PATH'], HOME: home, ...env },
          stdio: ['ignore', 'pipe', 'pipe'],
          timeout: 60_000,
        });
        let [stdout, stderr] = ['', ''];
        child.stdout.on('data', (chunk) => (stdout += chunk));
        child.stderr.on('data', (chunk) => (stderr += chunk));
        child.on('close', (status) => resolve({ status, stdout, stderr }));
      }),
  };
}

interface ClaudeResult {
  result: string;
  is_error: boolean;
  num_turns: number;
  usage: { input_tokens: number; output_tokens: number };
}

async function claude(tool: Tool, url: string, key: string, args: string[]): Promise<ClaudeResult> {
  const { stdout, stderr } = await tool.run(['-p', '--output-format', 'json', ...args], {
    ANTHROPIC_BASE_URL: url,
    ANTHROPIC_AUTH_TOKEN: key,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    CLAUDE_CODE_MAX_RETRIES: '0',
    DISABLE_TELEMETRY: '1',
    DISABLE_ERROR_REPORTING: '1',
    DISABLE_AUTOUPDATER: '1',
  });
  assert.notEqual(stdout, '', stderr);
  return JSON.parse(stdout) as ClaudeResult;
}

const claudeTokens = ({ usage }: ClaudeResult): Tokens => ({
  input: usage.input_tokens,
  output: usage.output_tokens,
});

interface CodexEvent {
  type: string;
  item?: { type: string; text?: string; aggregated_output?: string };
  usage?: { input_tokens: number; output_tokens: number };
  message?: string;
}

async function codex(tool: Tool, url: string, key: string, args: string[]): Promise<CodexEvent[]> {
  const home = join(tool.folder, '..', '.codex');
  mkdirSync(home, { recursive: true });
  writeFileSync(
    join(home, 'config.toml'),
    `model = "gpt-5"
model_provider = "tollgate"
check_for_update_on_startup = false
[analytics]
enabled = false
[model_providers.tollgate]
name = "Tollgate"
base_url = "${url}/v1"
env_key = "TOLLGATE_KEY"
wire_api = "responses"
request_max_retries = 0
stream_max_retries = 0
`,
  );
  const { stdout, stderr } = await tool.run(['exec', '--json', '--skip-git-repo-check', ...args], {
    CODEX_HOME: home,
    TOLLGATE_KEY: key,
  });
  assert.notEqual(stdout, '', stderr);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as CodexEvent);
}

const codexTokens = (events: CodexEvent[]): Tokens => {
  const usage = events.find(({ type }) => type === 'turn.completed')?.usage;
  assert.ok(usage, JSON.stringify(events.at(-1)));
  return { input: usage.input_tokens, output: usage.output_tokens };
};

/** Both tools, each to a provider of its own dialect and to one that is translated. */
async function useClaude(t: TestContext, world: ClientWorld, openai: OpenAiProvider): Promise<void> {
  if ('failed' in clients) return;
  const tool = toolAt(t, clients.claude);
  const call = JSON.stringify({ command, description: 'writes a file' });
  const places = [
    { name: 'anthropic', url: world.url, reporter: world.provider },
    { name: 'openai', url: `${world.url}/openai`, reporter: openai },
  ];
  for (const { name, url, reporter } of places) {
    await t.test(`${name}: a question`, async () => {
      let seen: Tokens | undefined;
      const { tokens, records } = await world.accounted(
        `tg-claude-${name}`,
        async () => {
          const answer = await claude(tool, url, `tg-claude-${name}`, [question]);
          assert.match(answer.result, /^Tollgate sample provider/);
          seen = claudeTokens(answer);
        },
        reporter,
      );
      assert.ok(records.length >= 1);
      assert.deepEqual(seen, tokens);
    });

    await t.test(`${name}: a tool runs and its result goes back`, async () => {
      let seen: Tokens | undefined;
      const { tokens, records } = await world.accounted(
        `tg-claude-tool-${name}`,
        async () => {
          const args = [`Please use the tool Bash with ${call}`, '--allowedTools', 'Bash'];
          const answer = await claude(tool, url, `tg-claude-tool-${name}`, args);
          assert.equal(answer.num_turns, 2, JSON.stringify(answer));
          seen = claudeTokens(answer);
        },
        reporter,
      );
      assert.equal(readFileSync(join(tool.folder, 'made.txt'), 'utf8'), 'tollgate-42\n');
      assert.equal(records.length, 2);
      assert.deepEqual(seen, tokens);
    });
  }

  await t.test('a refusal is shown with its reason', async () => {
    await world.key('tg-claude-spent', {}, { owner: 'tg-claude-spent' });
    await world.budget('claude-spent', {
      selector: { matchLabels: { owner: 'tg-claude-spent' } },
      limit: { tokens: 1 },
      window: { lifetime: true },
    });
    const spent = await claude(tool, world.url, 'tg-claude-spent', [question]);
    assert.equal(spent.is_error, true);
    assert.match(spent.result, /budget agentgateway-system\/claude-spent has 1 tokens? left/);
    const unknown = await claude(tool, world.url, 'tg-nobody', [question]);
    assert.equal(unknown.is_error, true);
    assert.match(unknown.result, /401/);
  });
}

async function useCodex(t: TestContext, world: ClientWorld, openai: OpenAiProvider): Promise<void> {
  if ('failed' in clients) return;
  const tool = toolAt(t, clients.codex);
  const places = [
    { name: 'openai', url: `${world.url}/openai`, reporter: openai },
    { name: 'anthropic', url: world.url, reporter: world.provider },
  ];
  for (const { name, url, reporter } of places) {
    await t.test(`${name}: a question`, async () => {
      let seen: Tokens | undefined;
      const { tokens } = await world.accounted(
        `tg-codex-${name}`,
        async () => {
          const events = await codex(tool, url, `tg-codex-${name}`, [question]);
          const answer = events.find(({ item }) => item?.type === 'agent_message')?.item;
          assert.match(answer?.text ?? '', /^Tollgate sample provider/);
          seen = codexTokens(events);
        },
        reporter,
      );
      assert.deepEqual(seen, tokens);
    });

    await t.test(`${name}: a tool runs and its result goes back`, async () => {
      let seen: Tokens | undefined;
      const { tokens, records } = await world.accounted(
        `tg-codex-tool-${name}`,
        async () => {
          const ask = `Please use the tool exec_command with ${JSON.stringify({ cmd: command })}`;
          const events = await codex(tool, url, `tg-codex-tool-${name}`, [
            '--sandbox',
            'danger-full-access',
            ask,
          ]);
          const outputs = events.flatMap(({ type, item }) =>
            type === 'item.completed' && item?.type === 'command_execution' ? [item.aggregated_output] : [],
          );
          assert.deepEqual(outputs, ['tollgate-42\n'], JSON.stringify(events));
          seen = codexTokens(events);
        },
        reporter,
      );
      assert.equal(records.length, 2);
      assert.deepEqual(seen, tokens);
    });
  }
}

test('command-line tools', async (t) => {
  if ('failed' in clients) {
    const reason = `Claude Code and Codex could not be installed here, so NOTHING was proven with them: ${clients.failed}`;
    process.stderr.write(`\n*** SKIPPED: ${reason}\n\n`);
    return t.skip(reason);
  }
  const openai = await startOpenAiProvider(t);
  const world = await clientWorld(t, ['--provider-url', `openai=${openai.url}`]);
  await addOpenAiRoute(world, {
    '/v1/messages': 'Messages',
    '/v1/responses': 'Responses',
    '/v1/models': 'Models',
    '*': 'Completions',
  });
  await t.test('Claude Code', (sub) => useClaude(sub, world, openai));
  await t.test('Codex', (sub) => useCodex(sub, world, openai));
});
