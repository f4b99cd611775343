import type {AccountFacts} from '../../peers/chain/flows/account.ts';
import {readAccount} from '../../peers/chain/flows/account.ts';
import type {AvsState, FlowPlace} from '../../peers/chain/flows/flow.ts';
import type {JudgedGroup} from '../../peers/chain/tx/open-attempts.ts';
import type {TxSession} from '../tx/session.ts';
import type {Act} from './act.ts';
import type {Avs} from './avs.ts';
import type {MetadataReport} from './metadata.ts';
import type {RegisterOptions} from './options.ts';

/** One run of the command: what it is given, and how it sends. */
export type Walk = {
  session: TxSession;
  avs: Avs;
  options: RegisterOptions;
  act: Act;
  /** The metadata URL of the command with what is wrong with its file; null without one. */
  metadata: MetadataReport | null;
  /** Intents of transactions that were sent by an earlier run and may still be mined. */
  underWay: ReadonlySet<string>;
};

/** The operator and the AVS at one block. */
export type Sight = {place: FlowPlace; account: AccountFacts; state: AvsState};

/** Reads the newest block. @throws AosError as {@link Chain.read} */
export async function lookAt({
  session,
  avs,
  options,
}: Pick<Walk, 'session' | 'avs' | 'options'>): Promise<Sight> {
  const {flow, contracts, operator} = avs;
  const chain = await session.refresh();
  const place = {chain, contracts, operator};
  const [account, state] = await Promise.all([
    readAccount(chain, contracts, operator),
    flow.readState(place, options.quorums),
  ]);
  return {place, account, state};
}

/** The intents of open transactions that a node has taken: a step with one of them only waits for it. */
export function intentsUnderWay(open: readonly JudgedGroup[]): ReadonlySet<string> {
  return new Set(
    open
      .filter(({verdict}) => verdict.state !== 'dropped')
      .map(({group}) => (group.at(-1) ?? group[0]).intent),
  );
}
