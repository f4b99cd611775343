/** A text in single quotes, for bash, zsh and fish alike. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A text as one word of a shell command, quoted where it must be; for commands that are printed to be pasted. */
export function shellWord(text: string): string {
  // A word that begins with - or = would be an option, or a command's path in zsh.
  return /^[\w./:@%+,][\w./:@%+=,-]*$/.test(text) ? text : quoted(text);
}

/** An argument of a command that is printed to be pasted; options need no quotes. */
export function shellArgument(text: string): string {
  return /^--?[a-z][a-z-]*$/.test(text) ? text : shellWord(text);
}
