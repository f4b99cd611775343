import {describe, expect, it} from 'vitest';
import type {OperatorEventBody} from '../../../../src/lib/node/events/events.ts';
import {createHealth} from '../../../../src/lib/node/operator/health.ts';
import {createPortWatch} from '../../../../src/lib/node/operator/port-watch.ts';
import {virtualTime} from '../../../support/virtual-time.ts';

function stage() {
  const time = virtualTime();
  const end = new AbortController();
  const events: OperatorEventBody[] = [];
  const emit = (event: OperatorEventBody): void => void events.push(event);
  const port = createPortWatch({time, emit, health: createHealth(emit, time), signal: end.signal});
  const crowd = (from: string, times = 1): void => {
    for (let i = 0; i < times; i += 1) port.refused({why: 'crowded', from, words: ''});
  };
  return {time, end, events, port, crowd, types: () => events.splice(0).map(({type}) => type)};
}

describe('the watch of the port', () => {
  it('counts refusals for five seconds, then names who causes most of them', async () => {
    const {time, events, crowd} = stage();
    crowd('203.0.113.9', 900);
    crowd('198.51.100.1', 3);
    await time.advance(4_999);
    expect(events).toEqual([]);
    await time.advance(1);
    expect(events).toMatchObject([
      {type: 'connections_refused', code: 'PORT_CROWDED', count: 903, from: '203.0.113.9', fromCount: 900},
      {
        type: 'problem',
        part: 'port',
        code: 'PORT_CROWDED',
        message: '903 connections were refused or closed for newer ones in 5 s, 900 of them from 203.0.113.9',
      },
    ]);
  });

  it('reports once a minute while there are more, and recovers after a minute without one', async () => {
    const {time, types, crowd} = stage();
    crowd('203.0.113.9');
    await time.advance(5_000);
    expect(types()).toEqual(['connections_refused', 'problem']);
    crowd('203.0.113.9', 50);
    await time.advance(60_000);
    expect(types()).toEqual(['connections_refused']);
    await time.advance(60_000);
    expect(types()).toEqual(['recovered']);
    expect(time.timers()).toBe(0);
  });

  it('keeps the kinds of refusal apart, and counts IPv6 by /64', async () => {
    const {time, events, port} = stage();
    port.refused({why: 'not-accepted', from: null, words: 'EMFILE: too many open files'});
    port.refused({why: 'outside', from: '127.0.0.1', words: 'it was passed on by a proxy'});
    for (let i = 1; i < 9; i += 1) port.refused({why: 'too-often', from: `2001:db8::${i}`, words: ''});
    port.unclear();
    await time.advance(5_000);
    expect(events.filter(({type}) => type === 'connections_refused')).toMatchObject([
      {code: 'PORT_NOT_ACCEPTING', count: 1, from: null},
      {code: 'CALLBACK_FROM_OUTSIDE', count: 1, from: '127.0.0.1'},
      {code: 'PORT_CROWDED', count: 8, from: '2001:db8:0:0::/64', fromCount: 8},
      {code: 'PROXY_NOT_TRUSTED', count: 1, from: null},
    ]);
    await time.advance(60_000);
    expect(events.at(-1)).toMatchObject({type: 'recovered', part: 'port'});
  });

  it('ends with the run', async () => {
    const {time, end, events, crowd} = stage();
    crowd('203.0.113.9');
    end.abort();
    expect(time.timers()).toBe(0);
    await time.advance(60_000);
    expect(events).toEqual([]);
  });
});
