import fc from 'fast-check';
import {describe as suite, expect, it} from 'vitest';
import {findings} from '../../../../src/lib/features/dashboard/model/verdict.ts';
import {createLog} from '../../../../src/lib/features/dashboard/model/log.ts';
import {emptyData, takeEvents, takeNews} from '../../../../src/lib/features/dashboard/model/data.ts';
import {createHistory} from '../../../../src/lib/node/control/history.ts';
import {readControlLine} from '../../../../src/lib/node/control/wire.ts';
import {eventLine} from '../../../../src/lib/node/events/lines.ts';
import {emptyView} from '../../../../src/lib/node/events/view.ts';
import {healthyEvents} from '../../../support/dash-scenes.ts';

const EVENTS = [...new Map(healthyEvents().map((event) => [event.type, event])).values()];
const garbage = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    -1,
    1.5,
    1e300,
    '',
    'x',
    [],
    {},
    [null],
    [[]],
    {job: 1},
    '2026-01-01T00:00:00.000Z',
  ),
  fc.jsonValue({maxDepth: 2}),
);

/** The same value with another one at a path, or without it. */
function changed(value: unknown, [key, ...rest]: readonly string[], to: unknown): unknown {
  if (key === undefined) return to;
  const {[key]: old, ...others} = value as Record<string, unknown>;
  if (rest.length === 0 && to === undefined) return others;
  return {...others, [key]: changed(old, rest, to)};
}

function paths(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => [
    [key],
    ...paths(item).map((path) => [key, ...path]),
  ]);
}

suite('an event of the wrong shape', () => {
  it('never reaches what draws: what is taken can be shown', () => {
    expect(EVENTS.length).toBeGreaterThan(10);
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.option(garbage, {nil: undefined}), (which, where, to) => {
        const event = EVENTS[which % EVENTS.length]!;
        const whole: unknown = JSON.parse(eventLine(event));
        const all = paths(whole).filter(([first]) => first !== 'type');
        const line = readControlLine(JSON.stringify(changed(whole, all[where % all.length] ?? [], to)));
        if (line?.type !== 'event') return;
        const log = createLog(() => '');
        log.push(line.event);
        createHistory().push(line.event);
        const now = line.event.at;
        const data = takeNews(emptyData(now), {type: 'attached', peer: null, view: emptyView, at: now});
        expect(findings(takeEvents(data, [line.event]), now).length).toBeGreaterThan(0);
      }),
      {numRuns: 1_000},
    );
  });

  it('is left out, and the events around it are not', () => {
    const at = '2026-11-25T12:00:00.000Z';
    const line = (fields: object): string => JSON.stringify({seq: 1, at, ...fields});
    expect(readControlLine(line({type: 'job_received', job: 7, signer: null}))).toBeNull();
    expect(readControlLine(line({type: 'job_received', job: {jobId: {}}, signer: null}))).toBeNull();
    expect(
      readControlLine(line({type: 'problem', part: 'moon', code: 'BUG', message: '', next: 'x'})),
    ).toBeNull();
    expect(readControlLine(line({type: 'connected', url: 5}))).toBeNull();
    expect(readControlLine(line({type: 'weather'}))).toBeNull();
    expect(readControlLine(line({type: 'connected', url: 'ws://a', later: 1}))).toMatchObject({
      type: 'event',
    });
  });
});
