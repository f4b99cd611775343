import {plain} from './typed-text.ts';
import type {ValueType} from './value-type.ts';

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
