/** Line and column, both from 1. */
export type Position = {line: number; col: number};

/** What is wrong at a place of a file. @see parseYaml */
export type YamlProblem = {at: Position; message: string; path: string};
