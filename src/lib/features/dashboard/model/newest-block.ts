import type {StandingFigures} from '../../../node/events/standing.ts';
import type {OperatorView} from '../../../node/events/view.ts';

/** The figures of the chain, which are read once a minute, as of the newest block that the node knows: blocks that are left count on. */
export function atNewestBlock(figures: StandingFigures, block: OperatorView['block']): StandingFigures {
  if (block === null || BigInt(block.number) <= BigInt(figures.block)) return figures;
  return {...figures, block: block.number, blockAt: block.blockAt};
}
