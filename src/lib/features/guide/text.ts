import {hangingRows, markOf, nextLines, type ListStyle, type RowText} from '../../cli/check-list.ts';
import {renderNext} from '../../cli/next-step.ts';
import {wrap} from '../../foundation/text/cells.ts';
import {COMMAND_OF, type Road, type RoadStepId} from './road.ts';

/** What a step does, for one who has never taken it. */
const PURPOSE: Readonly<Record<RoadStepId, string>> = {
  init: 'asks for everything, checks each answer, writes the configuration and the VRF key',
  'signer-check': 'proves that Web3Signer signs with the key of this operator',
  'register-check': 'lists what registering needs; signs and sends nothing',
  register: 'registers at EigenLayer, the AVS and the dispatcher; asks before each transaction',
  run: 'receives jobs, answers them, and shows a dashboard',
};

/** The first screen: the road, where this machine is on it, and the one next command. */
export function guideText({steps, next}: Road, style: ListStyle): string {
  const rows = steps.map((step, index) => {
    const {id, state, found} = step;
    const isOdd = state === 'warn' || state === 'fail';
    const texts: RowText[] = [
      ...(state === 'ok' ? [] : [PURPOSE[id]]),
      ...(state === 'skipped' ? [] : [found]),
      ...(isOdd && step.next !== null ? [step.next] : []),
    ];
    return {sign: markOf(state, style), name: `${index + 1}. ${renderNext(COMMAND_OF[id])}`, texts};
  });
  return [
    ...wrap(
      'Five steps to a running operator. Nothing but the files of this machine was looked at:',
      style.width,
    ),
    '',
    ...hangingRows(rows, style),
    '',
    ...nextLines(next, style),
    '',
    ...wrap('To try it without risk: aos run --devnet', style.width, 'keep'),
    ...wrap('All commands: aos --help', style.width, 'keep'),
  ].join('\n');
}
