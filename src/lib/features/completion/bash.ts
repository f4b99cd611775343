import {quoted} from '../../foundation/text/shell-word.ts';
import {type CommandWords, type FlagWords, flagPattern, topFlags, topicsOf, wordsBelow} from './words.ts';

/** A script for bash ≥ 4; it starts no process when it completes. */
export function bashCompletion(commands: readonly CommandWords[]): string {
  const topics = topicsOf(commands);
  const paths = [...topics, ...commands.map(({words}) => words)].filter((path) => path !== '');
  const values = commands.flatMap(({words, flags}) => flags.flatMap((flag) => valueCase(words, flag)));
  const next = [
    ...topics.map((topic) =>
      line(topic, [...wordsBelow(topic, commands).map(({word}) => word), ...topFlags(topic, commands)]),
    ),
    ...commands.map(({words, flags, values: own}) =>
      line(
        words,
        flags.flatMap(({name, char}) => (char === null ? [name] : [name, `-${char}`])),
        own,
      ),
    ),
  ];
  return `# bash completion of aos
# To use it: aos completion bash > ~/.local/share/bash-completion/completions/aos
_aos() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} id='' next i
  COMPREPLY=()
  # bash takes --flag=value apart.
  if [[ $cur == '=' ]]; then cur=''; elif [[ $prev == '=' ]]; then prev=\${COMP_WORDS[COMP_CWORD - 2]}; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    next="\${id:+$id }\${COMP_WORDS[i]}"
    case "$next" in
      ${paths.map(quoted).join(' | ')}) id=$next ;;
    esac
  done
  case "$id $prev" in
${values.join('\n')}
  esac
  case "$id" in
${next.join('\n')}
  esac
}
complete -F _aos aos
`;
}

/** @param values offered in place of the words until a dash is typed; none: the words */
function line(path: string, words: readonly string[], values: readonly string[] = []): string {
  const reply = (list: readonly string[]): string =>
    `COMPREPLY=($(compgen -W ${quoted(list.join(' '))} -- "$cur"))`;
  const own = values.length === 0 ? '' : `[[ $cur == -* ]] || { ${reply(values)}; return; }; `;
  return `    ${quoted(path)}) ${own}${reply(words)} ;;`;
}

function valueCase(words: string, flag: FlagWords): string[] {
  const {value} = flag;
  if (value === 'none') return [];
  const patterns = flagPattern(words, flag, ' | ');
  if (value === 'file')
    return [`    ${patterns}) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")); return ;;`];
  if (value === 'any') return [`    ${patterns}) return ;;`];
  return [`    ${patterns}) COMPREPLY=($(compgen -W ${quoted(value.join(' '))} -- "$cur")); return ;;`];
}
