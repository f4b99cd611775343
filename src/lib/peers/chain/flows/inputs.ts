import {AosError} from '../../../foundation/errors/error.ts';

/** Returns an input that the flow needs. @throws AosError BUG without it: the preconditions name it before */
export function requireInput<T>(value: T | null): T {
  if (value !== null) return value;
  throw new AosError('BUG', 'a registration is planned without a required input');
}
