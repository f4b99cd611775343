import {expect, it} from 'vitest';
import type {OperatorEventBody} from '../../../../src/lib/node/events/events.ts';
import {createRootWatch} from '../../../../src/lib/node/operator/root-watch.ts';

function watch() {
  const events: OperatorEventBody[] = [];
  const {see} = createRootWatch({emit: (event) => events.push(event)});
  const saw = (prompt: string, state_root: string, model = 'm'): void => see({model, prompt, state_root});
  return {events, saw};
}

it('another root for the same model and prompt is reported once', () => {
  const {events, saw} = watch();
  saw('a', '0x1');
  saw('b', '0x2');
  saw('a', '0x1');
  expect(events).toEqual([]);
  saw('a', '0x3');
  expect(events).toEqual([
    {
      type: 'warning',
      code: 'STATE_ROOT_DIFFERS',
      message: 'the opml worker gave state root 0x3 for a model and prompt that had 0x1 before',
    },
  ]);
  // The worker is another one now: its other roots differ too.
  saw('b', '0x4');
  saw('a', '0x3');
  expect(events).toHaveLength(1);
  saw('b', '0x5');
  expect(events).toHaveLength(2);
});

it('what differs in model or prompt, or has no root, is not compared', () => {
  const {events, saw} = watch();
  saw('a', '0x1');
  saw('a', '0x2', 'other');
  saw('b', '0x3');
  saw('a', '');
  // As a list of texts these are two.
  saw('","', '0x4', 'x');
  saw('', '0x5', 'x","');
  expect(events).toEqual([]);
});

it('a worker that is asked for days costs no memory', () => {
  const {events, saw} = watch();
  for (let n = 0; n < 3_000; n += 1) saw(String(n), '0x1');
  saw('0', '0x2');
  expect(events).toEqual([]);
  saw('2999', '0x2');
  expect(events).toHaveLength(1);
});
