import {describe, expect, it} from 'vitest';
import {nodeHealth, notReadyCauses, services} from '../../../../src/lib/features/metrics/readiness.ts';
import type {OperatorEventBody} from '../../../../src/lib/node/events/events.ts';
import {emptyView, reduceView, type OperatorView} from '../../../../src/lib/node/events/view.ts';
import {healthyEvents, START} from '../../../support/dash-scenes.ts';

function view(...more: OperatorEventBody[]): OperatorView {
  const events = healthyEvents();
  const last = events.length;
  return [
    ...events,
    ...more.map((body, index) => ({seq: last + index + 1, at: START + 700_000 + index, ...body})),
  ].reduce(reduceView, emptyView);
}

const earning = {type: 'verdict', state: 'earning', brokenLink: null, next: null, found: null} as const;
const next = {say: 'Wait.'};
const signerDown = {type: 'problem', part: 'signer', code: 'SIGNER_UNREACHABLE', message: '', next} as const;
const diskLow = {type: 'problem', part: 'disk', code: 'DISK_LOW', message: '', next} as const;
const lost = {type: 'disconnected', reason: '', retryInMs: 1} as const;
const stopping = {type: 'stopping', reason: 'SIGTERM', inProgress: 0, graceMs: 0} as const;

describe('readiness', () => {
  it.each<[string, OperatorView, string[]]>([
    ['before the start', emptyView, ['STARTING']],
    ['a node that works', view(), []],
    ['one with a warning', view(diskLow), []],
    ['without its signer', view(signerDown), ['SIGNER_UNREACHABLE']],
    ['without the dispatcher', view(lost), ['NOT_CONNECTED']],
    ['while it stops, without its signer', view(signerDown, stopping), ['STOPPING', 'SIGNER_UNREACHABLE']],
    ['without a range', {...view(), range: null}, ['RANGE_UNKNOWN']],
  ])('%s', (_, seen, codes) => {
    expect(notReadyCauses(seen).map(({code}) => code)).toEqual(codes);
  });
});

describe('the health of the node API', () => {
  it.each<[string, OperatorView, ReturnType<typeof nodeHealth>]>([
    ['before the start', emptyView, 'partial'],
    ['before a verdict', view(), 'partial'],
    ['earning', view(earning), 'healthy'],
    ['earning with a warning', view(earning, diskLow), 'partial'],
    ['degraded', view({...earning, state: 'degraded'}), 'partial'],
    ['not earning', view({...earning, state: 'not_earning'}), 'unhealthy'],
    ['without its signer', view(earning, signerDown), 'unhealthy'],
    ['without the dispatcher', view(earning, lost), 'unhealthy'],
    ['while it stops', view(earning, stopping), 'partial'],
  ])('%s', (_, seen, health) => {
    expect(nodeHealth(seen)).toBe(health);
  });

  it('has a service for each peer and kind of worker', () => {
    const status = (seen: OperatorView): string[] => services(seen).map((one) => `${one.id} ${one.status}`);
    expect(status(view())).toEqual([
      'dispatcher Up',
      'signer Up',
      'chain Up',
      'journal Up',
      'ping Up',
      'worker-opml Up',
    ]);
    expect(status(view(signerDown, lost))).toEqual(
      expect.arrayContaining(['dispatcher Down', 'signer Down']),
    );
    expect(status(emptyView)).toEqual([
      'dispatcher Initializing',
      'signer Initializing',
      'chain Initializing',
      'journal Initializing',
      'ping Initializing',
    ]);
  });
});
