import {EXIT, type ExitCode} from '../../foundation/errors/table.ts';
import {judgeAvs, judgeChallenges, judgeOperator, judgeRange, judgeSlashed} from './chain-links.ts';
import type {StatusFacts} from './facts.ts';
import {LINK_IDS, type Link, type LinkId} from '../../node/events/links.ts';
import type {Judgement} from './link.ts';
import {judgeGas, judgeStake} from './stake-links.ts';
import {judgeDispatcher, judgeJobs, judgeProbed, judgeSigner} from './local-links.ts';

const JUDGES: Readonly<Record<LinkId, (facts: StatusFacts) => Judgement>> = {
  signer: judgeSigner,
  eigenlayer_operator: judgeOperator,
  avs_registered: judgeAvs,
  stake: judgeStake,
  vrf_range: judgeRange,
  dispatcher: judgeDispatcher,
  probed: judgeProbed,
  jobs: judgeJobs,
  challenges: judgeChallenges,
  slashed: judgeSlashed,
  gas: judgeGas,
};

/** Every link of the chain, in order. Commands work for the node of this machine: to others no next step is shown. */
export function judgeLinks(facts: StatusFacts): Link[] {
  const hidden = facts.isElsewhere === true ? {next: null} : {};
  return LINK_IDS.map((id) => ({id, ...JUDGES[id](facts), ...hidden}));
}

/** 3 when a link fails, 4 when one is unknown, only warns or is not decided, else 0. */
export function statusExitCode(links: readonly Link[]): ExitCode {
  if (links.some(({state}) => state === 'fail')) return EXIT.negative;
  return links.every(({state}) => state === 'ok') ? EXIT.ok : EXIT.warnings;
}
