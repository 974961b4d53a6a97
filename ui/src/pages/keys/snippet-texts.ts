/** Ready commands and programs for one key. The gateway takes both dialects below `/v1`. */
interface SnippetInput {
  value: string;
  /** Without a slash at its end. */
  address: string;
  model: string;
}

const question = 'What is a virtual key?';

export function snippets({ value, address, model }: SnippetInput): { name: string; text: string }[] {
  return [
    { name: 'curl', text: curl(address, value, model) },
    { name: 'OpenAI SDK', text: openai(address, value, model) },
    { name: 'Anthropic SDK', text: anthropic(address, value, model) },
    { name: 'Claude Code', text: claudeCode(address, value, model) },
    { name: 'Codex', text: codex(address, value, model) },
    { name: 'Cursor', text: cursor(address, value, model) },
  ];
}

function curl(address: string, value: string, model: string): string {
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: question }] });
  return `curl ${address}/v1/chat/completions \\
  -H 'Authorization: Bearer ${value}' \\
  -H 'content-type: application/json' \\
  -d '${body}'`;
}

function openai(address: string, value: string, model: string): string {
  return `from openai import OpenAI

client = OpenAI(base_url="${address}/v1", api_key="${value}")
answer = client.chat.completions.create(
    model="${model}",
    messages=[{"role": "user", "content": "${question}"}],
)
print(answer.choices[0].message.content)`;
}

function anthropic(address: string, value: string, model: string): string {
  return `from anthropic import Anthropic

client = Anthropic(base_url="${address}", auth_token="${value}")
answer = client.messages.create(
    model="${model}",
    max_tokens=1024,
    messages=[{"role": "user", "content": "${question}"}],
)
print(answer.content[0].text)`;
}

function claudeCode(address: string, value: string, model: string): string {
  return `export ANTHROPIC_BASE_URL=${address}
export ANTHROPIC_AUTH_TOKEN=${value}
export ANTHROPIC_MODEL=${model}
claude`;
}

function codex(address: string, value: string, model: string): string {
  return `# ~/.codex/config.toml
model = "${model}"
model_provider = "tollgate"

[model_providers.tollgate]
name = "Tollgate"
base_url = "${address}/v1"
env_key = "TOLLGATE_KEY"

# then, in the shell
export TOLLGATE_KEY=${value}
codex`;
}

/** Cursor has no file for it; its own servers make the calls. */
function cursor(address: string, value: string, model: string): string {
  return `# Cursor Settings → Models → API Keys
OpenAI API Key:            ${value}
Override OpenAI Base URL:  ${address}/v1
# Add a custom model: ${model}
# Cursor calls from its own servers: the address must be one that they reach.`;
}
