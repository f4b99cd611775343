/** Texts from outside are cut: a job id may be as long as a frame. */
const MAX_TEXT = 200;

/** A text from outside as the view keeps it. */
export function cut(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT - 1)}…`;
}
