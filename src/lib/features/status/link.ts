import * as check from '../../foundation/check/check.ts';
import type {Check, Finding} from '../../foundation/check/check.ts';
import {type NextStep} from '../../foundation/next-step/next-step.ts';
import type {Unknown} from '../../foundation/fact.ts';

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

/** One link: a check of the chain that ends in earning. */
export type Link = Check<LinkId>;

/** Everything of a link but its name. */
export type Judgement = Finding;

export const ok = (found: string, at: number): Judgement => ({...check.ok(found), at});
export const warn = (found: string, next: NextStep, at: number): Judgement => ({
  ...check.warn(found, next),
  at,
});
export const fail = (found: string, next: NextStep, at: number): Judgement => ({
  ...check.fail(found, next),
  at,
});
export const pending = (found: string, next: NextStep, at: number): Judgement => ({
  ...check.pending(found, next),
  at,
});
export const unclear = ({reason, next}: Unknown): Judgement => check.unclear(`unknown (${reason})`, next);
