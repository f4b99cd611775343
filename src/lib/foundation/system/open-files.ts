import {closeSync, openSync, readFileSync} from 'node:fs';
import {errorText} from '../errors/error.ts';

/** The files and sockets that this process may have open. */
export type OpenFiles = {
  /** How many at once. */
  limit: number;
  /** Why no more can be opened now; null: one could be. The system drops connections then, and says nothing. */
  lack(): string | null;
};

/** Where the system does not say it. */
const USUAL = 1_024;

export function systemFiles(): OpenFiles {
  return {limit: limitNow(), lack};
}

function limitNow(): number {
  try {
    const [, most] =
      /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    if (most === 'unlimited') return Number.MAX_SAFE_INTEGER;
    return Number(most ?? USUAL);
  } catch {
    return USUAL; // a system without /proc
  }
}

function lack(): string | null {
  try {
    closeSync(openSync('/dev/null', 'r'));
    return null;
  } catch (error) {
    return errorText(error);
  }
}
