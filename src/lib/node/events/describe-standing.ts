import {measured} from '../../foundation/time/duration.ts';
import type {RenderNext} from '../../foundation/next-step/next-step.ts';
import {count} from '../../foundation/text/words.ts';
import type {OperatorEventBody} from './events.ts';
import type {StandingFailure} from './standing.ts';

/** As `Description` of describe.ts. */
type Line = {level: 'debug' | 'info' | 'warn' | 'error'; text: string};

type Of<T extends OperatorEventBody['type']> = OperatorEventBody & {type: T};

const TYPES = ['standing', 'standing_read', 'chain_cost', 'chain_cost_ended', 'workers', 'verdict'] as const;
type StandingEvent = Of<(typeof TYPES)[number]>;

/** Whether an event is about the chain, the workers, or whether this node earns. */
export function isStandingEvent(event: OperatorEventBody): event is StandingEvent {
  return TYPES.some((type) => type === event.type);
}

/** One line for each of them. */
export function describeStanding(event: StandingEvent, next: RenderNext): Line {
  switch (event.type) {
    case 'standing':
      return standing(event);
    case 'standing_read':
      return standingRead(event);
    case 'chain_cost': {
      const {severity, message, code} = event;
      const text = `${message} (${code}) → ${next(event.next)}`;
      return {level: severity === 'critical' ? 'error' : 'warn', text};
    }
    case 'chain_cost_ended':
      return {level: 'info', text: `${event.text}, after ${measured(event.afterMs)} (${event.code})`};
    case 'workers':
      return workers(event);
    case 'verdict':
      return verdict(event, next);
  }
}

/** What the chain says of this operator, in one line. */
function standing({failure, links, figures, costs}: Of<'standing'>): Line {
  if (failure !== null) return notRead(failure);
  const odd = links
    .filter(({state}) => state !== 'ok')
    .map(({id, found}) => `${id.replaceAll('_', ' ')}: ${found}`);
  const block = figures === null ? '' : `, block ${figures.block}`;
  const cost = costs.length === 0 ? '' : `; ${count(costs.length, 'cost')} open`;
  const text = odd.length === 0 ? 'all is well' : odd.join('; ');
  return {level: 'debug', text: `on chain${block}: ${text}${cost}`};
}

function standingRead({failure, block}: Of<'standing_read'>): Line {
  if (failure !== null) return {...notRead(failure), level: 'debug'};
  return {level: 'debug', text: `on chain: no change${block === null ? '' : `, block ${block.number}`}`};
}

function notRead({message, code}: StandingFailure): Line {
  return {level: 'warn', text: `what the chain says of this operator is not known: ${message} (${code})`};
}

function workers({kinds}: Of<'workers'>): Line {
  const texts = kinds.map(
    ({kind, workers: all, well, open, places, problem}) =>
      `${kind}: ${well} of ${all} well, ${open} of ${places} places in use${problem === null ? '' : `, ${problem.message} (${problem.code})`}`,
  );
  return {level: 'debug', text: `workers: ${texts.join('; ')}`};
}

const HEADS = {
  earning: 'this node earns',
  degraded: 'this node earns, with something to check',
  not_earning: 'this node does not earn',
  unknown: 'whether this node earns is not known',
} as const;

/** Whether this node earns, and what to do about the first link that is broken. */
function verdict({state, brokenLink, found, next: step}: Of<'verdict'>, next: RenderNext): Line {
  const why = brokenLink === null ? '' : `: ${brokenLink.replaceAll('_', ' ')}: ${found ?? ''}`;
  const then = step === null ? '' : ` → ${next(step)}`;
  return {level: state === 'earning' ? 'info' : 'warn', text: `${HEADS[state]}${why}${then}`};
}
