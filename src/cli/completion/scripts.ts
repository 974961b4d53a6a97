/** Completion scripts: plain text that asks nobody while somebody types. */
import type { Command } from 'commander';
import { type CommandWords, commandWords, quoted } from './command-words.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

export function completionScript(shell: Shell, program: Command): string {
  const all = commandWords(program);
  if (shell === 'bash') return bash(all);
  return shell === 'zsh' ? zsh(all) : fish(all);
}

const paths = (all: readonly CommandWords[]) => all.filter(({ path }) => path !== '').map(({ path }) => path);
const texts = (words: readonly { text: string }[]) => words.map(({ text }) => text).join(' ');

function bash(all: readonly CommandWords[]): string {
  const known = paths(all).map(quoted).join('|');
  const values = all.flatMap(({ path, choices }) =>
    choices.map(({ flags, values }) => {
      const at = flags.map((flag) => quoted(`${path} ${flag}`)).join('|');
      return `    ${at}) found=${quoted(values.join(' '))} ;;`;
    }),
  );
  const words = all.map(({ path, commands, options }) => {
    const found = `if [[ $current == -* ]]; then found=${quoted(texts(options))}; else found=${quoted(texts(commands))}; fi`;
    return `      ${quoted(path)}) ${found} ;;`;
  });
  return `# bash completion of tollgate:  source <(tollgate completion bash)
_tollgate() {
  local at='' found='' current="\${COMP_WORDS[COMP_CWORD]}" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$at \${COMP_WORDS[i]}" in
      ${known}) at="$at \${COMP_WORDS[i]}" ;;
    esac
  done
  case "$at \${COMP_WORDS[COMP_CWORD - 1]}" in
${values.join('\n')}
  esac
  if [[ -z $found ]]; then
    case "$at" in
${words.join('\n')}
    esac
  fi
  COMPREPLY=($(compgen -W "$found" -- "$current"))
}
complete -o default -F _tollgate tollgate
`;
}

function zsh(all: readonly CommandWords[]): string {
  const described = (words: CommandWords['commands']) =>
    words.map(({ text, description }) => quoted(`${text}:${description}`)).join(' ');
  const values = all.flatMap(({ path, choices }) =>
    choices.map(({ flags, values }) => {
      const at = flags.map((flag) => quoted(`${path} ${flag}`)).join('|');
      return `    (${at}) compadd -- ${values.join(' ')}; return ;;`;
    }),
  );
  const words = all.map(
    ({ path, commands, options }) =>
      `    (${quoted(path)}) commands=(${described(commands)}); options=(${described(options)}) ;;`,
  );
  return `#compdef tollgate
# zsh completion of tollgate:  source <(tollgate completion zsh)
_tollgate() {
  local at='' word
  local -a commands options
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$at $word" in
      (${paths(all).map(quoted).join('|')}) at="$at $word" ;;
    esac
  done
  case "$at \${words[CURRENT-1]}" in
${values.join('\n')}
  esac
  case "$at" in
${words.join('\n')}
  esac
  if [[ $PREFIX == -* ]]; then _describe -o option options
  elif ((\${#commands})); then _describe command commands
  else _files
  fi
}
compdef _tollgate tollgate
`;
}

function fish(all: readonly CommandWords[]): string {
  const lines = all.flatMap(({ path, commands, options, choices }) => {
    const at = `complete -c tollgate -n ${quoted(`__tollgate_at "${path}"`)}`;
    return [
      ...(commands.length === 0 ? [] : [`${at} -f`]),
      ...commands.map(({ text, description }) => `${at} -a ${text} -d ${quoted(description)}`),
      ...options.map(({ text, short, description }) => {
        const choice = choices.find(({ flags }) => flags.includes(text));
        const values = choice === undefined ? '' : ` -x -a ${quoted(choice.values.join(' '))}`;
        const letter = short === undefined ? '' : ` -s ${short}`;
        return `${at}${letter} -l ${text.replace(/^--/, '')}${values} -d ${quoted(description)}`;
      }),
    ];
  });
  return `# fish completion of tollgate:  tollgate completion fish | source
function __tollgate_at
    set -l at ""
    for word in (commandline -opc)[2..]
        switch "$at $word"
            case ${paths(all).map(quoted).join(' ')}
                set at "$at $word"
        end
    end
    test "$at" = "$argv[1]"
end
${lines.join('\n')}
`;
}
