import type {OutputWarning} from './envelope.ts';
import type {SchemaName} from './schema/names.ts';

/** The result of a command that prints one answer. */
export type Answer<T> = {
  /** The JSON schema of `result` (docs/json.md), without `aos.` and version. */
  schema: SchemaName;
  exitCode: number;
  /** The result, with next steps as values; `--json` prints them as text. */
  result: T;
  /** The same answer for people, printed on stdout without `--json`. */
  text: string;
  warnings?: readonly OutputWarning[];
  nodeId?: string;
  network?: string;
};
