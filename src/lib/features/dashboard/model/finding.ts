import type {NextStep} from '../../../foundation/next-step/next-step.ts';
import type {LinkId} from '../../../node/events/links.ts';
import {shown} from './line.ts';

/** The severities, the worst first. */
export const SEVERITIES = ['fail', 'warn', 'unknown', 'wait', 'ok'] as const;
export type Severity = (typeof SEVERITIES)[number];

export type Finding = {
  severity: Severity;
  /** What is wrong, for people; safe for a terminal. */
  text: string;
  /** The beginning of `text` that even the smallest screen shows whole; '' when any part will do. */
  head: string;
  /** A short form of the rest of `text`, for narrow screens. */
  brief: string;
  /** The next step; null when there is none. */
  next: NextStep | null;
  /** A second step, from the error itself; null when there is none. */
  advice: NextStep | null;
  /** Unix ms since when it lasts; among equal severities the oldest comes first. */
  since: number;
  /** The error code that `e` explains; null when there is none. */
  code: string | null;
  /** The link of the chain to earning that it breaks; null: none, or not a single one. */
  link: LinkId | null;
  /** Comes before all others, because the penalty depends on the time. */
  pinned?: boolean;
};

type Rest = Partial<Pick<Finding, 'brief' | 'next' | 'advice' | 'code' | 'link' | 'pinned'>>;

/** Builds a finding. @param text the whole text, or its head and the rest */
export function finding(
  severity: Severity,
  since: number,
  text: string | [string, string],
  rest: Rest = {},
): Finding {
  const [head, detail] = typeof text === 'string' ? ['', text] : text;
  const {brief = '', next = null, advice = null, code = null, link = null, pinned = false} = rest;
  return {
    severity,
    since,
    text: shown(head + detail),
    head: shown(head),
    brief: shown(brief),
    next,
    advice,
    code,
    link,
    pinned,
  };
}
