import {describe, expect, it} from 'vitest';
import {createLogFilter, readLogLine, sinceOf} from '../../../../src/lib/features/logs/line.ts';

const AT = Date.UTC(2030, 0, 1, 3, 4, 5);
const logfmt = (level: string, text = 'x', at = '2030-01-01T03:04:05.000Z') =>
  `time=${at} level=${level} msg=${text}`;

describe('a line of a log', () => {
  it.each([
    [logfmt('warn'), AT, 'warn'],
    ['{"level":"error","time":"2030-01-01T03:04:05.000Z","msg":"x"}', AT, 'error'],
    ['03:04:05 ERROR job 4a16467f', null, 'error'],
    ['03:04:05 INFO  job', null, 'info'],
    ['3 lines were dropped: the disk was too slow', null, null],
    ['{"level":"loud","time":7}', null, null],
    ['{ half', null, null],
    ['', null, null],
  ])('%j', (text, at, level) => {
    expect(readLogLine(text)).toEqual({text, at, level});
  });
});

describe('a filter', () => {
  const lines = [
    logfmt('info', 'a'),
    '  more of it',
    logfmt('warn', 'B', '2030-01-01T04:00:00Z'),
    '  and of that',
    logfmt('error', 'c', '2030-01-01T05:00:00Z'),
  ];
  const shown = (filter: Partial<Parameters<typeof createLogFilter>[0]>): number[] => {
    const fits = createLogFilter({level: null, grep: null, since: null, ...filter});
    return lines.flatMap((text, index) => (fits(readLogLine(text)) ? [index] : []));
  };
  it('chooses by level, text and time; a line without them goes with the one before', () => {
    expect(shown({})).toEqual([0, 1, 2, 3, 4]);
    expect(shown({level: 'warn'})).toEqual([2, 3, 4]);
    expect(shown({grep: 'MSG=b'})).toEqual([2]);
    expect(shown({since: Date.UTC(2030, 0, 1, 4)})).toEqual([2, 3, 4]);
    expect(shown({level: 'error', grep: 'more'})).toEqual([]);
  });
});

it.each([
  ['2h', AT - 7_200_000],
  ['2030-01-01T00:00:00Z', Date.UTC(2030, 0, 1)],
  ['2030-01-01', Date.UTC(2030, 0, 1)],
  ['yesterday', null],
  ['2030-99-99', null],
  ['', null],
])('--since %j is %j', (text, at) => {
  expect(sinceOf(text, AT)).toBe(at);
});
