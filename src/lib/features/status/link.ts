import {renderNext} from '../../cli/next-step.ts';
import type {Unknown} from '../../foundation/fact.ts';
import type {NextStep} from '../../foundation/next-step/next-step.ts';

/** What has to hold, in the order it is built up, for a node to earn. */
export const LINK_IDS = [
  'signer',
  'eigenlayer_operator',
  'avs_registered',
  'vrf_range',
  'dispatcher',
  'probed',
  'jobs',
  'challenges',
  'slashed',
] as const;
export type LinkId = (typeof LINK_IDS)[number];

export type LinkState = 'ok' | 'warn' | 'fail' | 'unknown' | 'pending';

export type Link = {
  id: LinkId;
  state: LinkState;
  /** What was seen, one sentence. */
  evidence: string;
  /** The one next thing to type or do; null when there is nothing. */
  next: string | null;
  /** When it was read, Unix ms; null for what is unknown. */
  at: number | null;
};

/** Everything of a link but its name. */
export type Judgement = Omit<Link, 'id'>;

const text = (next: NextStep | string): string => (typeof next === 'string' ? next : renderNext(next));

export const ok = (evidence: string, at: number): Judgement => ({state: 'ok', evidence, next: null, at});
export const warn = (evidence: string, next: NextStep | string, at: number): Judgement => ({
  state: 'warn',
  evidence,
  next: text(next),
  at,
});
export const fail = (evidence: string, next: NextStep | string, at: number): Judgement => ({
  state: 'fail',
  evidence,
  next: text(next),
  at,
});
export const pending = (evidence: string, next: NextStep | string, at: number): Judgement => ({
  state: 'pending',
  evidence,
  next: text(next),
  at,
});
export const unclear = ({reason, next}: Unknown): Judgement => ({
  state: 'unknown',
  evidence: `unknown (${reason})`,
  next: next === null ? null : text(next),
  at: null,
});
