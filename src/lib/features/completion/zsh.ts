import {quoted} from '../../foundation/text/shell-word.ts';
import {
  type CommandWords,
  type FlagWords,
  flagPattern,
  type NextWord,
  topicsOf,
  wordsBelow,
} from './words.ts';

/** A script for zsh; it starts no process when it completes. */
export function zshCompletion(commands: readonly CommandWords[]): string {
  const topics = topicsOf(commands);
  const paths = [...topics, ...commands.map(({words}) => words)].filter((path) => path !== '');
  const values = commands.flatMap(({words, flags}) => flags.flatMap((flag) => valueCase(words, flag)));
  const next = [
    ...topics.map((topic) => list(topic, 'command', wordsBelow(topic, commands))),
    ...commands.map(commandCase),
  ];
  return `#compdef aos
# zsh completion of aos
# To use it: aos completion zsh > a directory of $fpath, as _aos; then: compinit
_aos() {
  local id='' next prev=\${words[CURRENT-1]} i
  local -a found
  if [[ \${words[CURRENT]} == --*=* ]]; then prev=\${words[CURRENT]%%=*}; compset -P '*='; fi
  for ((i = 2; i < CURRENT; i++)); do
    next="\${id:+$id }\${words[i]}"
    case "$next" in
      ${paths.map(quoted).join('|')}) id=$next ;;
    esac
  done
  case "$id $prev" in
${values.join('\n')}
  esac
  case "$id" in
${next.join('\n')}
  esac
}
if [ "$funcstack[1]" = "_aos" ]; then _aos "$@"; else compdef _aos aos; fi
`;
}

function list(path: string, kind: string, words: readonly NextWord[]): string {
  const rows = words.map(({word, summary}) => quoted(`${word}:${summary.replaceAll(':', '\\:')}`));
  return `    ${quoted(path)}) found=(${rows.join(' ')}); _describe ${kind === 'flag' ? '-o flag' : kind} found ;;`;
}

/** A command whose argument has values offers its flags behind a dash only. */
function commandCase({words, flags, values}: CommandWords): string {
  const ofFlags = list(
    words,
    'flag',
    flags.flatMap(({name, char, summary}) => [
      {word: name, summary},
      ...(char === null ? [] : [{word: `-${char}`, summary}]),
    ]),
  );
  if (values.length === 0) return ofFlags;
  const own = `if [[ \${words[CURRENT]} != -* ]]; then compadd -- ${values.map(quoted).join(' ')}; return; fi; `;
  return ofFlags.replace(') found=', () => `) ${own}found=`);
}

function valueCase(words: string, flag: FlagWords): string[] {
  const {value} = flag;
  if (value === 'none') return [];
  const patterns = flagPattern(words, flag, '|');
  if (value === 'file') return [`    ${patterns}) _files; return ;;`];
  if (value === 'any') return [`    ${patterns}) return ;;`];
  return [`    ${patterns}) compadd -- ${value.map(quoted).join(' ')}; return ;;`];
}
