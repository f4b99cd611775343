import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {createPainter} from '../../../../src/lib/features/dashboard/painter.ts';
import {after, healthyEvents, job, more} from '../../../support/dash-scenes.ts';
import {dashRig} from '../../../support/dash-rig.ts';
import {terminalScreen} from '../../../support/terminal-screen.ts';

const WIDTH = 24;
const HEIGHT = 6;

const piece = fc.tuple(
  fc.constantFrom(
    '',
    '\x1b[1m',
    '\x1b[7m',
    '\x1b[2m',
    '\x1b[31m',
    '\x1b[38;2;1;2;3m',
    '\x1b[38;5;9m\x1b[1m',
    '\x1b[0m',
    '\x1b[39m',
  ),
  fc.oneof(
    fc.string({maxLength: 12}).map((text) => text.replaceAll('\x1b', '')),
    fc.constantFrom('漢字', '…✓', 'é', '      ', ''),
  ),
);
const line = fc
  .array(piece, {maxLength: 4})
  .map((pieces) => `${pieces.map((part) => part.join('')).join('')}\x1b[0m`);
const frame = fc.array(line, {maxLength: HEIGHT}).map((lines) => lines.join('\n'));

describe('the painter', () => {
  it('shows after N frames what a fresh drawing of the last one shows', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(frame, {minLength: 1, maxLength: 6}), async (frames) => {
        const one = terminalScreen(WIDTH, HEIGHT);
        const painter = createPainter(one.canvas);
        for (const text of frames) painter.paint(text);
        const fresh = terminalScreen(WIDTH, HEIGHT);
        createPainter(fresh.canvas).paint(frames.at(-1)!);
        expect(await one.cells()).toEqual(await fresh.cells());
      }),
      {numRuns: 100},
    );
  });

  it('writes nothing for the same frame, and one synchronised update for another', () => {
    const screen = terminalScreen(WIDTH, HEIGHT);
    const painter = createPainter(screen.canvas);
    painter.paint('one\ntwo');
    const before = screen.written().length;
    painter.paint('one\ntwo');
    expect(screen.written()).toHaveLength(before);
    painter.paint('one\ntwa');
    expect(screen.written().slice(before)).toBe('\x1b[?2026h\x1b[2;3H\x1b[0ma\x1b[?2026l');
  });

  it('keeps only the last frame for a terminal that does not read', async () => {
    const screen = terminalScreen(WIDTH, HEIGHT);
    const painter = createPainter(screen.canvas);
    painter.paint('first');
    screen.stall(true);
    const before = screen.written();
    for (let n = 0; n < 1_000; n += 1) painter.paint(`frame ${n}`);
    expect(screen.written()).toBe(before);
    screen.stall(false);
    painter.flush();
    expect(await screen.text()).toBe('frame 999');
  });
});

describe('the whole dashboard', () => {
  it('shows after many changes what a fresh drawing shows', async () => {
    const events = healthyEvents();
    const wild = more(
      events,
      [
        649_000,
        {
          type: 'job_received',
          job: job(20, {jobId: '漢字👩‍👩‍👧‍👦\x1b[31mred', tag: '\u202e', model: 'e\u0301\u0301\u0301x'}),
          signer: null,
        },
      ],
      [
        649_100,
        {type: 'job_retry', job: job(20), code: 'BUG', message: '🎉🎉🎉 \x1b]0;title\x07', retryInMs: 1},
      ],
    );
    await using rig = dashRig(after(events));
    await rig.later(1_000);
    for (const event of wild.slice(events.length)) rig.dashboard.take({type: 'event', event});
    await rig.press('j', '?', '?', '\x1b[B', '/', 'x', '\x1b[A', '\r', '\x1b');
    await rig.later(30_000);
    rig.screen.resize(100, 30);
    rig.dashboard.redraw();
    await rig.press('l', 'l', 'j', 'k');
    rig.screen.resize(1, 1);
    rig.dashboard.redraw();
    rig.screen.resize(80, 24);
    rig.dashboard.redraw();
    await rig.later(1_000);
    // Frozen: an age that is drawn anew is not another picture.
    await rig.press('p');
    const grown = await rig.screen.cells();
    await rig.press('\x0c');
    expect(await rig.screen.cells()).toEqual(grown);
    // Nothing that was sent by others acts on the terminal.
    const acts = Array.from(
      rig.screen.written().matchAll(/\x1b(\[[?\d;]*[A-Za-z]|\][^\x07]*\x07|[^[\]])/g),
      ([, what]) => what ?? '',
    );
    for (const act of acts)
      expect(act).toMatch(/^\[[\d;]*[mHK]$|^\[2J$|^\[\?2026[hl]$|^\]9;aos: [^\x1b]*\x07$/);
  });
});
