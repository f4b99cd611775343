import {WORKER_KINDS} from '../../protocol/wire/messages.ts';

/** Labels of a sample. Their values are words of aos itself, never a text that came from outside. */
export type Labels = Readonly<Record<string, string>>;

/** The kind of a job as a label. A dispatcher may write any text there, so that any other is `other`. */
export function kindLabel(kind: string): string {
  return WORKER_KINDS.find((known) => known === kind) ?? 'other';
}
