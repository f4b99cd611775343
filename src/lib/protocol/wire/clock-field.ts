import {AosError} from '../../foundation/errors/error.ts';
import {isJsonObject, type JsonValue} from './json.ts';
import {MAX_COUNTER, MAX_ID, type Clock} from '../clock/vlc.ts';

/**
 * Reads a clock from the wire.
 * @throws AosError CLOCK_INVALID unless it is an object of plain decimal strings (no sign, space or leading zero),
 * ids within u64 and counters within u32
 */
export function clockFromWire(value: JsonValue): Clock {
  if (!isJsonObject(value)) throw new AosError('CLOCK_INVALID', 'the clock is not a JSON object');
  const clock = new Map<bigint, number>();
  for (const [key, text] of value) {
    const id = readDecimal(key, MAX_ID);
    if (id === null) throw new AosError('CLOCK_INVALID', 'a clock id is not a decimal number below 2^64');
    const counter = typeof text === 'string' ? readDecimal(text, BigInt(MAX_COUNTER)) : null;
    if (counter === null)
      throw new AosError('CLOCK_INVALID', `the counter of clock ${key} is not a decimal string below 2^32`);
    clock.set(id, Number(counter));
  }
  return clock;
}

export function readDecimal(text: string, max: bigint): bigint | null {
  if (!DECIMAL.test(text)) return null;
  const value = BigInt(text);
  return value <= max ? value : null;
}

/** No leading zeros: each number has one spelling, so two keys of a map cannot name the same id. */
export const DECIMAL = /^(?:0|[1-9][0-9]{0,19})$/;
