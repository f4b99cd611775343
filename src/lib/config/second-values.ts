import {plain} from './typed-text.ts';
import type {ValueType} from './value-type.ts';
import type {WorkerKind} from '../protocol/wire/messages.ts';

/** A part of a whole, above 0 and at most 1. */
export const share: ValueType<number> = plain({
  name: 'number',
  expected: 'a number above 0 and at most 1, such as 0.05',
  parse(value) {
    if (!/^[0-9]{1,3}(?:\.[0-9]{1,9})?$/.test(value)) return {wrong: 'is no share'};
    const number = Number(value);
    return number > 0 && number <= 1 ? {value: number} : {wrong: 'is out of range'};
  },
});

const NO_SECOND =
  'Refused: the published worker answers the same question differently each time, so two answers of this kind cannot be compared';

/** What `workers.<kind>.second` means, or why it is refused. */
// prettier-ignore
export const SECOND: Readonly<Record<WorkerKind, string>> = {
  opml: 'Another engine, with the same `engine`, `api` and `models`, that a share of the jobs is asked of too before the answer is delivered; one that differs is held (docs/verification.md#cross-check). Needs `workers.opml.engine: openai`: the published worker answers the same question differently each time.',
  tee: `${NO_SECOND}.`,
  zkml: 'Another zkml worker that a share of the proofs is asked of too before the answer is delivered; a word that differs is held (docs/verification.md#cross-check).',
};
