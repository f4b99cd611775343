import type {Code} from '../../foundation/errors/table.ts';
import {EXIT, type ExitCode} from '../../foundation/errors/table.ts';
import type {NextStep} from '../../foundation/next-step/next-step.ts';
import type {BoundFacts, Checked} from '../../protocol/receipt/check/check.ts';
import {
  firstBroken,
  overallOf,
  type Link,
  type LinkName,
  type Overall,
} from '../../protocol/receipt/links.ts';

/** What is said of one receipt; nothing of it that no valid signature binds. */
export type ReceiptReport = {
  /** As it was typed; `-` is standard input. */
  file: string;
  overall: Overall | 'unreadable';
  /** The first broken link. */
  broken: LinkName | null;
  /** Why it cannot be read; null: it can. */
  problem: {code: Code; message: string} | null;
  links: readonly Link[];
  next: NextStep | null;
} & BoundFacts;

export const NO_FACTS: BoundFacts = {result: null, prompt: null, job: null};

export function receiptReport(
  file: string,
  links: readonly Link[],
  {facts}: Pick<Checked, 'facts'>,
  next: NextStep | null,
): ReceiptReport {
  return {
    file,
    overall: overallOf(links),
    broken: firstBroken(links)?.link ?? null,
    problem: null,
    links,
    next,
    ...facts,
  };
}

/** Returns 0 when all are valid, 3 when one is broken or cannot be read, else 4. */
export function overallExit(overalls: readonly ReceiptReport['overall'][]): ExitCode {
  if (overalls.some((overall) => overall === 'broken' || overall === 'unreadable')) return EXIT.negative;
  return overalls.every((overall) => overall === 'valid') ? EXIT.ok : EXIT.warnings;
}
