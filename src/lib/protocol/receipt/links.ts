/**
 * What is checked of a job, in the order in which one thing rests on the other:
 * - `dispatcher`: the dispatcher signed the message that the job came in
 * - `job`: the job of that message is the one that the result is about
 * - `vrf`: the VRF proof proves the random value, for the prompt of the job
 * - `range`: the random value selects the job, or not, as the result says
 * - `clock`: the clock of the result follows the clock of the job
 * - `answer`: the result is the text that the worker sent
 * - `proof`, `attestation`: what a zkml or a tee worker shows with its answer
 * - `operator`: the operator signed the result
 * - `chain`: the clock readings about the job are links of one hash chain
 * - `reply`: the dispatcher accepted the result
 */
export const LINKS = [
  'dispatcher',
  'job',
  'vrf',
  'range',
  'clock',
  'answer',
  'proof',
  'attestation',
  'operator',
  'chain',
  'reply',
] as const;

export type LinkName = (typeof LINKS)[number];

/** What a check says. The last three are neither valid nor broken. */
export const VERDICTS = ['valid', 'broken', 'not_signed', 'not_checked', 'not_here'] as const;

export type Verdict = (typeof VERDICTS)[number];

/** One link with what its check says; `why` is a sentence of ours without any text from outside that is not made safe. */
export type Link = {link: LinkName; verdict: Verdict; why: string | null};

/** `incomplete`: nothing is broken, and something that the job rests on is not signed, not checked or not here. */
export const OVERALL = ['valid', 'incomplete', 'broken'] as const;

export type Overall = (typeof OVERALL)[number];

/** No published dispatcher signs its replies, so what is said of one never makes a whole receipt incomplete. */
const BESIDE: ReadonlySet<LinkName> = new Set(['reply']);

export const valid = (link: LinkName, why: string | null = null): Link => ({link, verdict: 'valid', why});
export const broken = (link: LinkName, why: string): Link => ({link, verdict: 'broken', why});
export const notSigned = (link: LinkName, why: string): Link => ({link, verdict: 'not_signed', why});
export const notChecked = (link: LinkName, why: string): Link => ({link, verdict: 'not_checked', why});
export const notHere = (link: LinkName, why: string): Link => ({link, verdict: 'not_here', why});

/** Returns what all links together say. */
export function overallOf(links: readonly Link[]): Overall {
  if (links.some(({verdict}) => verdict === 'broken')) return 'broken';
  return links.every(({link, verdict}) => verdict === 'valid' || BESIDE.has(link)) ? 'valid' : 'incomplete';
}

/** Returns the first link for which the whole is incomplete; null: there is none. */
export function firstMissing(links: readonly Link[]): Link | null {
  return (
    links.find(({link, verdict}) => verdict !== 'valid' && verdict !== 'broken' && !BESIDE.has(link)) ?? null
  );
}

/** Returns the first link that is broken, in the order of {@link LINKS}; null: none is. */
export function firstBroken(links: readonly Link[]): Link | null {
  return links.find(({verdict}) => verdict === 'broken') ?? null;
}
