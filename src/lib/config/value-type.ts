/** `wrong` describes the mistake without quoting the text; `expected` replaces the type's own where it is more precise. */
export type Parsed<T> = {value: T} | {wrong: string; expected?: string};

/** The type of a value: parses its text, which is trimmed and not empty. */
export type ValueType<T> = {
  /** Short name for the reference. */
  name: string;
  /** The expected form, for messages. */
  expected: string;
  /** A pattern of all valid texts, for editors; a matching text may still be wrong. */
  pattern?: string;
  /** All valid texts, for editors. */
  options?: readonly string[];
  /** Texts are pairs `name=value`; in the file a list of them may be a section of names. */
  isPair?: true;
  parse(text: string): Parsed<T>;
};
