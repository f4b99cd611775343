import type {OutputWarning} from '../../cli/envelope.ts';
import {duration} from '../../foundation/time/duration.ts';
import type {CoolDown, WayBack} from '../../peers/chain/flows/flow.ts';

/** What leaving means for an address that wants to come back; none where it can. */
const NO_WAY_BACK: Readonly<Record<WayBack, string | null>> = {
  open: null,
  closed: 'the service manager never lets this address back in after it has left',
  unknown:
    'it is not known whether the service manager lets this address back in: that of AOS as published never does',
};

/** The warnings of a call that leaves the AVS. */
export function leaveWarnings({
  wayBack,
  coolDown,
  openChallenges,
}: {
  wayBack: WayBack;
  coolDown: CoolDown | null;
  openChallenges: readonly number[];
}): OutputWarning[] {
  const lost = NO_WAY_BACK[wayBack];
  const numbers = openChallenges.join(', ');
  return [
    ...(lost === null ? [] : [{code: 'NO_WAY_BACK', message: lost} as const]),
    ...(coolDown === null
      ? []
      : [
          {
            code: 'COOL_DOWN',
            message: `for ${coolDown.blocks} blocks, about ${duration(coolDown.ms)}, after leaving, the stake allocated to the sets can still be slashed, and they do not take this address back`,
          } as const,
        ]),
    ...(openChallenges.length === 0
      ? []
      : [
          {
            code: 'OPEN_CHALLENGES',
            message: `open now: challenge${openChallenges.length === 1 ? '' : 's'} ${numbers}, which name no operator and which only the aggregator answers`,
          } as const,
        ]),
  ];
}
