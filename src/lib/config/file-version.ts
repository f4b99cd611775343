import type {ValueType} from './value-type.ts';

/** Version of the keys that this aos writes. */
export const FILE_VERSION = 1;

/** The `version` of a file: a later aos may have given a key another meaning, so its files are refused. */
export const fileVersion: ValueType<number> = {
  name: 'number',
  expected: `${FILE_VERSION}, or no version`,
  pattern: `^${FILE_VERSION}$`,
  parse(value) {
    const number = /^[1-9]\d{0,8}$/.test(value) ? Number(value) : null;
    if (number === null) return {wrong: 'is not the version of a file'};
    if (number <= FILE_VERSION) return {value: number};
    return {
      wrong: 'is of a later aos, which may give a key another meaning',
      expected: `at most ${FILE_VERSION}: update aos, or take the file that this one wrote (the .bak beside it)`,
    };
  },
};
