import {quoted} from '../../foundation/text/shell-word.ts';
import {type CommandWords, type FlagWords, topicsOf, wordsBelow} from './words.ts';

/** A script for fish; it starts no process when it completes. */
export function fishCompletion(commands: readonly CommandWords[]): string {
  const topics = topicsOf(commands);
  const paths = [...topics, ...commands.map(({words}) => words)].filter((path) => path !== '');
  const below = topics.flatMap((topic) =>
    wordsBelow(topic, commands).map(
      ({word, summary}) => `complete -c aos -n ${at(topic)} -a ${quoted(word)} -d ${fish(summary)}`,
    ),
  );
  const flags = commands.flatMap(({words, flags: own, values}) => [
    ...(values.length === 0 ? [] : [`complete -c aos -n ${at(words)} -a ${quoted(values.join(' '))}`]),
    ...own.map((flag) => flagLine(words, flag)),
  ]);
  return `# fish completion of aos
# To use it: aos completion fish > ~/.config/fish/completions/aos.fish
function __aos_at
  set -l id
  for word in (commandline -opc)[2..]
    if contains -- "$id $word" ${paths.map((path) => quoted(` ${path}`)).join(' ')}
      set id "$id $word"
    end
  end
  test "$id" = "$argv[1]"
end
complete -c aos -f
${[...below, ...flags].join('\n')}
`;
}

const at = (path: string): string => `"__aos_at '${path === '' ? '' : ` ${path}`}'"`;
/** fish takes a backslash for itself inside quotes. */
const fish = (text: string): string => quoted(text.replaceAll('\\', '\\\\')).replaceAll(`'\\''`, "\\'");

function flagLine(words: string, {name, char, summary, value}: FlagWords): string {
  const parts = [
    `complete -c aos -n ${at(words)} -l ${name.slice(2)}`,
    ...(char === null ? [] : [`-s ${char}`]),
    ...(value === 'none'
      ? []
      : value === 'file'
        ? ['-r -F']
        : value === 'any'
          ? ['-x']
          : [`-x -a ${quoted(value.join(' '))}`]),
    `-d ${fish(summary)}`,
  ];
  return parts.join(' ');
}
