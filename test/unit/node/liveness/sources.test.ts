import {describe, expect, it} from 'vitest';
import type {OperatorEvent} from '../../../../src/lib/node/events/events.ts';
import {
  createSourceRecord,
  readSources,
  sourcesOf,
  sourcesText,
} from '../../../../src/lib/node/liveness/sources.ts';

const probe = (at: number, from?: string): OperatorEvent => ({
  seq: 1,
  at,
  type: 'probe_answered',
  via: from === undefined ? 'websocket' : 'http',
  ...(from === undefined ? {} : {from}),
});
const HOUR = 3_600_000;

describe('who asked', () => {
  it('is the addresses of the last hour, and the last of them', () => {
    const sources = createSourceRecord('', () => {});
    expect(sources.facts(0)).toBeNull();
    sources.onEvent(probe(1_000, '203.0.113.7'));
    sources.onEvent(probe(2_000, '198.51.100.1'));
    sources.onEvent(probe(3_000, '203.0.113.7'));
    sources.onEvent(probe(4_000));
    expect(sources.facts(5_000)).toEqual({count: 2, last: '203.0.113.7'});
    expect(sources.facts(2_500 + HOUR)).toEqual({count: 1, last: '203.0.113.7'});
    expect(sources.facts(4_000 + HOUR)).toBeNull();
  });

  it('is written once a minute and at the end, and is known after a restart', () => {
    const written: string[] = [];
    const sources = createSourceRecord('', (text) => written.push(text));
    for (let at = 0; at < 130_000; at += 10_000) sources.onEvent(probe(at, `203.0.113.${at / 10_000}`));
    expect(written).toHaveLength(3);
    sources.onEvent({...probe(130_000), type: 'summary'} as OperatorEvent);
    expect(written).toHaveLength(4);
    const again = createSourceRecord(written.at(-1) ?? '', () => {});
    expect(again.facts(130_000)).toEqual({count: 13, last: '203.0.113.12'});
  });

  it('is bounded', () => {
    let written = '';
    const sources = createSourceRecord('', (text) => (written = text));
    for (let i = 0; i < 5_000; i += 1) sources.onEvent(probe(i * 100, `2001:db8::${i.toString(16)}`));
    expect(sources.facts(500_000)?.count).toBe(1_000);
    expect(written.length).toBeLessThan(64 * 1024);
  });

  it.each(['', 'x', '{}', '[1,"a",["b"],["c","d"]]'])('is empty when the record is %j', (stored) => {
    expect(sourcesOf(readSources(stored), 0)).toBeNull();
  });

  it('is one line', () => {
    expect(sourcesText({count: 1, last: '::1'})).toBe('1 address asked in the last hour, ::1 last');
    expect(sourcesText({count: 1_000, last: '::1'})).toBe(
      '1000 or more addresses asked in the last hour, ::1 last',
    );
  });
});
