import type {OutputWarning} from './envelope.ts';
import type {SchemaName} from './schema/names.ts';

/** What a command that answers once returns. */
export type Answer<T> = {
  /** Name of the JSON schema of `result` (docs/json.md), without `aos.` and version. */
  schema: SchemaName;
  exitCode: number;
  /** Its next steps are values; `--json` prints them as text. */
  result: T;
  /** The same answer for people, printed on stdout without `--json`. */
  text: string;
  warnings?: readonly OutputWarning[];
  nodeId?: string;
  network?: string;
};
