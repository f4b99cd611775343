import {describe, expect, it} from 'vitest';
import {createVerdictWatch} from '../../../../src/lib/features/run/verdict-watch.ts';
import {standingOf} from '../../../../src/lib/features/status/standing.ts';
import {known} from '../../../../src/lib/foundation/fact.ts';
import {say} from '../../../../src/lib/foundation/next-step/next-step.ts';
import type {OperatorEvent, OperatorEventBody} from '../../../../src/lib/node/events/events.ts';
import {createWorkerReport} from '../../../../src/lib/node/operator/worker-report.ts';
import {AosError} from '../../../../src/lib/foundation/errors/error.ts';
import {emptyView, reduceView} from '../../../../src/lib/node/events/view.ts';
import {chainFacts, EARNING, NODE, NOW, RULES, stakeOf} from '../../../support/status-facts.ts';

/** The verdicts that are reported when these things happen, a second apart. */
function verdicts(...bodies: OperatorEventBody[]): string[] {
  const said: string[] = [];
  let view = emptyView;
  const watch = createVerdictWatch({
    view: () => view,
    emit: (event) => {
      if (event.type === 'verdict') said.push([event.state, event.brokenLink].filter(Boolean).join(' '));
    },
  });
  for (const [index, body] of bodies.entries()) {
    const event: OperatorEvent = {seq: index + 1, at: NOW + index * 1_000, ...body};
    view = reduceView(view, event);
    watch(event);
  }
  return said;
}

function standing(isRegistered: boolean): OperatorEventBody {
  const stake = stakeOf(isRegistered ? {} : {state: 'not_registered'});
  const facts = chainFacts({avs: known({flow: 'bls', stake}, NOW)});
  const about = {nodeId: NODE, network: 'devnet', rules: RULES, now: NOW};
  return {type: 'standing', readAt: NOW, failure: null, ...standingOf(facts, about), costs: []};
}
const failure = {code: 'CHAIN_UNREACHABLE', message: 'down', next: say('Go.'), since: NOW} as const;
const GONE: OperatorEventBody = {type: 'disconnected', reason: 'gone', retryInMs: 1};

describe('whether the node earns', () => {
  it('is reported once the chain was read, and when it changes', () => {
    expect(verdicts(...EARNING)).toEqual([]);
    expect(verdicts(...EARNING, standing(true), standing(true))).toEqual(['earning']);
    expect(verdicts(...EARNING, standing(true), GONE, standing(true))).toEqual([
      'earning',
      'not_earning dispatcher',
    ]);
  });

  it('is no for an operator that is not registered', () => {
    expect(verdicts(...EARNING, standing(false), standing(true))).toEqual([
      'not_earning avs_registered',
      'earning',
    ]);
  });

  it('is not known while the chain cannot be read', () => {
    expect(verdicts(...EARNING, {type: 'standing_read', readAt: null, block: null, failure})).toEqual([
      'unknown avs_registered',
    ]);
  });
});

it('workers are reported when what is known of them has changed', () => {
  const events: OperatorEventBody[] = [];
  const report = createWorkerReport((event) => events.push(event));
  const one = {
    url: 'http://a',
    method: 'GET',
    nodeId: null,
    open: 0,
    places: 2,
    problem: null,
    slow: null,
  } as const;
  const sick = {...one, problem: new AosError('WORKER_UNREACHABLE', 'away', {next: say('Start it.')})};
  report([{kind: 'opml', states: [one, one]}]);
  report([{kind: 'opml', states: [one, one]}]);
  report([{kind: 'opml', states: [one, sick]}]);
  expect(events).toEqual([
    {type: 'workers', kinds: [{kind: 'opml', workers: 2, well: 2, open: 0, places: 4, problem: null}]},
    {
      type: 'workers',
      kinds: [
        {
          kind: 'opml',
          workers: 2,
          well: 1,
          open: 0,
          places: 4,
          problem: {code: 'WORKER_UNREACHABLE', message: 'away', next: say('Start it.')},
        },
      ],
    },
  ]);
});
