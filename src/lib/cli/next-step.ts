import {shellWord} from '../foundation/text/shell-word.ts';

/** A command of aos: its words, and whether it takes `-c FILE`. */
export type NamedCommand = {words: string; takesConfig: boolean};

/**
 * The same text with the configuration that was named by hand in each command of ours that takes one, so that what is
 * printed can be typed as it is. Nothing changes where the text names a file itself.
 */
export function withConfig(text: string, file: string, commands: readonly NamedCommand[]): string {
  return text.replace(
    /\baos ([a-z][a-z-]*(?: [a-z][a-z-]*)*)/g,
    (whole: string, words: string, at: number) => {
      const rest = text.slice(at + whole.length);
      const command = commands
        .filter(({words: name}) => `${words} `.startsWith(`${name} `))
        .reduce<NamedCommand | null>(
          (best, one) => (best === null || one.words.length > best.words.length ? one : best),
          null,
        );
      const named = /^(?:[^\n.;,]*\s)?(?:-c|--config)\b/.test(rest) || /^\S*\s*--help\b/.test(rest);
      if (command === null || !command.takesConfig || named) return whole;
      return whole.replace(`aos ${command.words}`, `aos ${command.words} -c ${shellWord(file)}`);
    },
  );
}
