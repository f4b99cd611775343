import * as v from 'valibot';
import {allCodes, isErrorCode, isNoticeCode} from '../../foundation/errors/table.ts';
import type {NextStep} from '../../foundation/next-step/next-step.ts';

/**
 * The type of a value in JSON: bigints are decimal strings (`jsonLine`), next steps are text (`withNextText`).
 */
export type Json<T> = T extends bigint
  ? string
  : T extends `0x${string}`
    ? string
    : T extends NextStep
      ? string
      : T extends object
        ? {-readonly [K in keyof T]: Json<T[K]>}
        : T;

/**
 * Returns the schema of a type; the compiler checks that it has every field of the type and no other.
 *
 * @example const latency = schemaOf<Latency>()(v.object({p50: v.number(), p95: v.number(), n: count}))
 */
export function schemaOf<T>() {
  return <S extends v.GenericSchema<Json<T>>>(
    schema: Json<T> extends v.InferInput<S> ? S : {'the schema has more than the type': S},
  ): S => schema as S;
}

const pattern = (regexp: RegExp, description: string) =>
  v.pipe(v.string(), v.regex(regexp), v.description(description));

export const time = v.pipe(v.string(), v.isoTimestamp(), v.description('RFC 3339, UTC, milliseconds'));
/** A bigint: wei, gas, blocks, clock counters. */
export const decimal = pattern(/^-?\d+$/, 'a whole number in decimal; it may be larger than 2^53');
export const address = pattern(/^0x[0-9a-fA-F]{40}$/, 'an address, checksummed where it is known to be one');
export const hash32 = pattern(/^0x[0-9a-f]{64}$/, '32 bytes in hex');
export const hex = pattern(/^0x[0-9a-fA-F]*$/, 'bytes in hex');
/** A number of things. */
export const count = v.pipe(v.number(), v.integer(), v.minValue(0));
/** Milliseconds. */
export const ms = v.pipe(v.number(), v.minValue(0), v.description('milliseconds'));
/** A code of the table of codes: `aos explain` knows it. */
export const code = v.pipe(v.picklist(allCodes()), v.description('see aos explain'));
export const errorCode = v.pipe(v.picklist(allCodes().filter(isErrorCode)), v.description('see aos explain'));
export const noticeCode = v.pipe(
  v.picklist(allCodes().filter(isNoticeCode)),
  v.description('see aos explain'),
);
/** A warning beside an answer. */
export const warning = v.object({code, message: v.string()});
/** The text of a next step. */
export const next = v.nullable(v.string());
