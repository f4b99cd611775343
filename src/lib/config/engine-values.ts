import {UNSEEN} from '../foundation/text/odd-characters.ts';
import {plain, typingMistake} from './typed-text.ts';
import type {ValueType} from './value-type.ts';

/** The model of a job and the engine’s model that answers it. */
export type ModelPair = {job: string; engine: string};

const LONGEST = 200;

/** One pair of models, `job=engine`: only the first `=` divides them. */
export const modelPair: ValueType<ModelPair> = {
  name: 'pair of models',
  expected: 'the model of a job, and the engine’s model for it',
  isPair: true,
  parse(value) {
    const at = value.indexOf('=');
    const [job, engine] = [value.slice(0, Math.max(0, at)).trim(), value.slice(at + 1).trim()];
    if (at === -1) return {wrong: 'names one model, without = and the other'};
    if (job === '' || engine === '') return {wrong: 'names one model of the two'};
    if (job.length > LONGEST || engine.length > LONGEST)
      return {wrong: `names a model of more than ${LONGEST} characters`};
    return typingMistake(value, UNSEEN) ?? {value: {job, engine}};
  },
};

/** A number with decimals in a range, both ends included. */
export function decimal(min: number, max: number): ValueType<number> {
  return plain({
    name: 'number',
    expected: `a number from ${min} to ${max}`,
    pattern: '^[0-9]{1,4}([.][0-9]{1,9})?$',
    parse(value) {
      if (!/^\d{1,4}(\.\d{1,9})?$/.test(value)) return {wrong: 'is not a number'};
      const number = Number(value);
      return number < min || number > max ? {wrong: 'is out of range'} : {value: number};
    },
  });
}
