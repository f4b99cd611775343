import {metadataIntent, planMetadataUrl, readMetadataUrl} from '../../peers/chain/plans/metadata.ts';
import type {Precondition} from '../../peers/chain/precondition.ts';
import {shownUrl} from '../../foundation/text/shown-url.ts';
import {metadataWarning} from './metadata.ts';
import {step} from './report.ts';
import type {Sight, Walk} from './sight.ts';
import {sendAll, type Step} from './steps.ts';

/** Gives an operator another metadata URL. */
export function metadataStep(
  {avs: {contracts, operator}, options: {warn}, metadata}: Walk,
  {
    url: metadataUrl,
    preconditions,
  }: {url: string; preconditions: (sight: Sight) => Promise<readonly Precondition[]>},
): Step {
  const {delegationManager} = contracts;
  const id = 'metadata';
  const update = {delegationManager, operator, metadataUrl};
  const requests = [{intent: metadataIntent(update), plan: () => Promise.resolve(planMetadataUrl(update))}];
  return {
    id,
    isFinal: false,
    isDone: async ({place: {chain}}) => {
      const now = await readMetadataUrl(chain, delegationManager, operator);
      return now === metadataUrl ? [step(id, 'already', shownUrl(metadataUrl))] : null;
    },
    blockers: preconditions,
    missing: () => null,
    requests: () => requests,
    act: (_sight, send) => {
      const warning = metadataWarning(metadata);
      if (warning !== null) warn(warning);
      return sendAll(requests, send);
    },
  };
}
