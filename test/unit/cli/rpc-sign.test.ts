import {expect, it} from 'vitest';
import {createRpcSign} from '../../../src/lib/cli/rpc-sign.ts';
import {virtualTime} from '../../support/virtual-time.ts';

it('says what is waited for after half a second, and goes with the wait', async () => {
  const time = virtualTime();
  const shown: (string | null)[] = [];
  const watch = createRpcSign({show: (text) => shown.push(text), clear: () => shown.push(null)}, time);

  const quick = watch.asking('rpc.example.org', 'eth_call');
  await time.advance(499);
  quick();
  await time.advance(1_000);
  expect(shown).toEqual([]);

  const slow = watch.asking('rpc.example.org', 'eth_call');
  await time.advance(500);
  expect(shown).toEqual(['waiting for rpc.example.org']);
  slow();
  const pause = watch.pausing({endpoint: 'rpc.example.org', kind: 'busy', ms: 4_800});
  await time.advance(500);
  pause();
  expect(shown).toEqual([
    'waiting for rpc.example.org',
    null,
    'waiting for rpc.example.org: too many requests, next try in 5 s',
    null,
  ]);
  expect(time.timers()).toBe(0);
});
