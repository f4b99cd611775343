import {say} from '../../../../src/lib/foundation/next-step/next-step.ts';
import {percent} from '../../../../src/lib/foundation/text/amounts.ts';
import {duration} from '../../../../src/lib/foundation/time/duration.ts';
import {listStyle} from '../../../support/list-style.ts';
import {describe, expect, it} from 'vitest';
import {statusText} from '../../../../src/lib/features/status/text.ts';
import {type StatusFacts} from '../../../../src/lib/features/status/facts.ts';
import {statusResult} from '../../../../src/lib/features/status/result.ts';
import {chainFacts, EARNING, NOW, stakeOf, statusFacts, viewOf} from '../../../support/status-facts.ts';
import {known, unknown} from '../../../../src/lib/foundation/fact.ts';

const render = (changes: Partial<StatusFacts> = {}, ascii = false): string =>
  statusText(statusResult(statusFacts(changes)), listStyle({ascii, width: 80}));

describe('status text', () => {
  it('answers first', () => {
    const lines = render().split('\n');
    expect(lines[0]).toBe('EARNING');
    expect(render()).toContain('not visible on chain');
    const [first, , why, next] = render({operator: known(null, NOW)}).split('\n');
    expect(first).toBe('NOT EARNING: dispatcher');
    expect([why, next]).toEqual(['  no operator runs for this node on this machine', '  → aos run']);
  });

  it('says once what to do about what is unknown for the same reason', () => {
    const lines = render({chain: unknown('no RPC', say('Check chain.chain_rpc_url.'))}).split('\n');
    expect(lines.slice(0, 4)).toEqual([
      'UNKNOWN: avs registered',
      expect.any(String),
      '  unknown (no RPC)',
      '  → Check chain.chain_rpc_url.',
    ]);
    expect(lines.slice(4).filter((line) => line.includes('→'))).toEqual([
      `${' '.repeat(23)}→ Check chain.chain_rpc_url.`,
    ]);
  });

  it('says at once that alerts are muted, until when, and what ends it', () => {
    expect(render()).not.toContain('muted');
    const lines = render({mutedUntil: NOW}).split('\n');
    expect(lines.slice(3, 6)).toEqual([
      '  Alerts are muted until 2026-01-02T00:00:00.000Z.',
      '  → When the work is done: aos alert mute --end',
      '',
    ]);
    expect(statusResult(statusFacts({mutedUntil: NOW})).alertsMutedUntil).toBe('2026-01-02T00:00:00.000Z');
  });

  it('says how many answers are held now, whatever the problem said when it began', () => {
    const held = (count: number): string => {
      const facts = {oldestAt: NOW, dueAt: null, dueJob: null};
      const view = viewOf([...EARNING, {type: 'answers_held', count, ...facts}]);
      const operator = known({pid: 1, host: 'here', version: '0.1.0', view}, NOW);
      return render({operator}).replaceAll(/\s+/g, ' ');
    };
    expect(held(0)).not.toContain('held');
    expect(held(1)).toContain('1 answer is held by checks');
    expect(held(166)).toContain('166 answers are held by checks');
  });

  it('says where metrics are served, made safe', () => {
    expect(render()).not.toContain('metrics');
    const serving = (url: string) => {
      const view = viewOf([...EARNING, {type: 'listening', what: 'metrics', url}]);
      return {operator: known({pid: 1, host: 'here', version: '0.1.0', view}, NOW)};
    };
    const url = 'http://127.0.0.1:9092';
    expect(render(serving(url))).toMatch(/^ +metrics +http:\/\/127\.0\.0\.1:9092\/metrics$/m);
    expect(statusResult(statusFacts(serving(url))).metricsUrl).toBe(url);
    expect(render(serving('\u001b[31mred'))).not.toContain('\u001b[31m');
  });

  const hostile = '\u001b[31mred\u202e' + 'x'.repeat(300);
  it.each<[string, Partial<StatusFacts>]>([
    ['all well', {}],
    [
      'nothing known',
      {
        signer: unknown(hostile),
        chain: unknown(hostile),
        journal: unknown(hostile),
        operator: unknown(hostile),
      },
    ],
    [
      'hostile texts of the chain',
      {
        chain: known(
          chainFacts({
            avs: known({flow: 'bls', stake: stakeOf({socket: {state: 'known', value: hostile}})}, NOW),
          }),
          NOW,
        ),
      },
    ],
  ])('fits 80 columns and is safe for a terminal: %s', (_name, changes) => {
    for (const line of render(changes).split('\n')) {
      expect(line.length).toBeLessThanOrEqual(80);
      expect(line).not.toMatch(/[\u0000-\u001f\u202e]/);
    }
  });

  it('is plain ASCII when asked', () => {
    expect(render({operator: known(null, NOW)}, true)).toMatch(/^[\n\u0020-\u007e]*$/);
  });

  it.each([
    [0, '0 s'],
    [59_499, '59 s'],
    [60_000, '1 min'],
    [3_600_000, '1 h'],
    [3_661_000, '1 h 1 min'],
    [90_000_000, '1 d 1 h'],
    [172_800_000, '2 d'],
  ])('says %d ms as %s', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  it('says parts in percent', () => {
    expect([percent(1n, 3n), percent(60_000n, 600_000n), percent(1n, 0n), percent(5n, 5n)]).toEqual([
      '33.3333 %',
      '10 %',
      '0 %',
      '100 %',
    ]);
  });
});
