import {middle, wrap} from '../../foundation/text/cells.ts';
import type {Coverage, SlashingHistory} from '../../peers/chain/slashing.ts';
import type {HistoryRow} from '../../peers/chain/slashing-rows.ts';
import {EXIT, type ExitCode} from '../../foundation/errors/table.ts';
import {isoTime} from '../../foundation/time/time.ts';
import {csvLine} from '../../foundation/text/csv.ts';
import {decimal, shortDecimal} from '../../foundation/text/amounts.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {fitTable, type Column} from '../../foundation/text/table.ts';

/** `slashed`: a slash or penalty was executed. `warned`: only recorded or requested, an ejection, or an unread source. */
export type HistoryVerdict = 'clean' | 'warned' | 'slashed';

export type HistoryAnswer = {verdict: HistoryVerdict; exitCode: ExitCode; statement: string};

/** Judges a history; the statement is a sentence with the covered blocks. */
export function answerOf(history: SlashingHistory): HistoryAnswer {
  const {rows, sources, range, operator} = history;
  const executed = rows.filter(
    (row) => row.executed && (row.kind === 'slash' || row.kind === 'penalty') && takesValue(row, rows),
  );
  const tookNothing = rows.filter(({source}) => source === 'zero-slash');
  const unsure = executed.filter(({state}) => state === 'not final').length;
  const waiting = rows.filter(({executed: done, cancelled}) => !done && !cancelled);
  const recorded = waiting.filter(({kind}) => kind === 'penalty');
  const requests = waiting.filter(({kind}) => kind === 'request');
  const ejections = new Set(rows.filter(({kind}) => kind === 'ejection').map(({txHash}) => txHash));
  const missing = sources.filter((source) => !source.covered && source.kind === 'missing');
  const slashing = sources.some(({id, covered}) => id === 'slashing' && covered);

  const since = range.fromAt === null ? '' : ` (${day(range.fromAt)} to ${day(range.toAt)})`;
  const blocks = `blocks ${range.from} to ${range.to}${since}`;
  const parts = [
    executed.length > 0
      ? `${operator} was slashed: ${count(executed.length, 'executed entry', 'executed entries')} in ${blocks}${amounts(history, 'executed')}.`
      : `No slashing of ${operator} was executed in ${blocks}${unreadText(missing.length > 0, slashing)}.`,
    ...(unsure > 0 ? [`${unsure} of ${executed.length} not final yet: a reorg can still undo it.`] : []),
    ...(recorded.length > 0
      ? [
          `${count(recorded.length, 'penalty is', 'penalties are')} recorded and not executed${amounts(history, 'recorded')}.`,
        ]
      : []),
    ...(requests.length > 0
      ? [`${count(requests.length, 'request to slash is', 'requests to slash are')} pending.`]
      : []),
    ...(tookNothing.length > 0
      ? [
          `${count(tookNothing.length, 'slash', 'slashes')} took nothing, because nothing was allocated at that time.`,
        ]
      : []),
    ...(ejections.size > 0 ? [`It was ejected or removed ${count(ejections.size, 'time', 'times')}.`] : []),
    ...(missing.length > 0 ? [`Not covered: ${missing.map(({id}) => id).join(', ')}.`] : []),
  ];
  const statement = parts.join(' ');
  if (executed.length > 0) return {verdict: 'slashed', exitCode: EXIT.negative, statement};
  const warned =
    [recorded, requests, tookNothing, missing].some(({length}) => length > 0) || ejections.size > 0;
  return warned
    ? {verdict: 'warned', exitCode: EXIT.warnings, statement}
    : {verdict: 'clean', exitCode: EXIT.ok, statement};
}

/** Weakens the sentence that nothing was executed where a source was not read. */
function unreadText(isMissing: boolean, isSlashingRead: boolean): string {
  if (!isSlashingRead) return ', as far as could be read: EigenLayer’s own slashing was not';
  return isMissing ? ', as far as could be read' : '';
}

/**
 * False for a slash of nothing, and for the report of a slasher about a slash that EigenLayer logs in the same transaction.
 */
function takesValue({source, txHash}: HistoryRow, rows: readonly HistoryRow[]): boolean {
  if (source === 'zero-slash') return false;
  const isOfCore = (one: HistoryRow): boolean => one.source === 'slashing' || one.source === 'zero-slash';
  return source !== 'avs-slasher' || !rows.some((one) => one.txHash === txHash && isOfCore(one));
}

/** Formats the history for people; only a long word makes a line wider than `width`. */
export function historyTable(history: SlashingHistory, {statement}: HistoryAnswer, width: number): string {
  const {rows, totals, sources} = history;
  const column = (head: string, below: number, cell: (row: HistoryRow) => string, right = false): Column => ({
    head,
    below,
    cells: rows.map((row) => safeText(cell(row), 300)),
    right,
  });
  const table = fitTable(
    [
      column('TIME (UTC)', 9, ({at}) =>
        at === null ? 'unknown' : isoTime(at).slice(0, 16).replace('T', ' '),
      ),
      column('BLOCK', 8, ({block}) => String(block), true),
      {
        ...column('TX', 2, ({txHash}) => middle(txHash, 11)),
        whole: rows.map(({txHash}) => safeText(txHash)),
      },
      column('SOURCE', 7, ({source}) => source),
      column('AVS/SET', 4, ({avs, operatorSet}) => avsText(avs, operatorSet)),
      column('STRATEGY', 3, ({strategy}) => (strategy === null ? '' : middle(strategy, 11))),
      column('PERCENT', 5, ({wad}) => (wad === null ? '' : `${shortDecimal(wad, 16, 4)} %`), true),
      column('AMOUNT', 6, amountText, true),
      column('STATE', 10, ({state}) => state),
      column('DESCRIPTION', 1, ({description}) => description),
    ],
    width,
  );
  const sums = totals.map(
    ({symbol, decimals, executed, recorded, rate}) =>
      `total  ${decimal(executed, decimals)} ${safeText(symbol, 20)} executed, ${decimal(recorded, decimals)} recorded${rate === 'now-rate' ? ' (at today’s rate)' : ''}`,
  );
  const covered = sources.map(
    (source) =>
      `${source.covered ? 'read' : source.kind === 'absent' ? 'none' : 'NOT READ'} ${coverageText(source)}`,
  );
  const blocks = [
    wrap(safeText(statement, 2000), width),
    ...(rows.length > 0 ? [table] : []),
    ...(sums.length > 0 ? [sums] : []),
    covered.flatMap((line) => hanging(line, width)),
  ];
  return blocks.map((lines) => lines.join('\n')).join('\n\n');
}

const CSV_HEAD = [
  'time',
  'block',
  'tx',
  'logIndex',
  'source',
  'kind',
  'avs',
  'operatorSet',
  'strategy',
  'percent',
  'amount',
  'symbol',
  'token',
  'rate',
  'description',
  'state',
] as const;

/** Formats the rows as CSV with CRLF line ends (RFC 4180), a head line first. */
export function historyCsv({rows}: SlashingHistory): string {
  const lines = rows.map((row) => [
    row.at === null ? '' : isoTime(row.at),
    String(row.block),
    row.txHash,
    String(row.logIndex),
    row.source,
    row.kind,
    row.avs ?? '',
    row.operatorSet === null ? '' : String(row.operatorSet),
    row.strategy ?? '',
    row.percent ?? '',
    row.amount === null || row.decimals === null ? '' : decimal(row.amount, row.decimals),
    safeText(row.symbol ?? '', 40),
    row.token ?? '',
    row.rate ?? '',
    safeText(row.description, 2000),
    row.state,
  ]);
  return [CSV_HEAD, ...lines].map(csvLine).join('\r\n');
}

/** Returns the `result` of `--json`. */
export function historyJson(history: SlashingHistory, {verdict, statement}: HistoryAnswer) {
  const {operator, chainId, endpoint, range, finalBlock, rows, totals, sources, scan} = history;
  return {
    operator,
    chainId,
    endpoint,
    verdict,
    statement,
    range: {
      fromBlock: String(range.from),
      toBlock: String(range.to),
      fromTime: range.fromAt === null ? null : isoTime(range.fromAt),
      toTime: isoTime(range.toAt),
      finalBlock: String(finalBlock),
    },
    rows: rows.map((row) => ({
      time: row.at === null ? null : isoTime(row.at),
      block: String(row.block),
      tx: row.txHash,
      logIndex: row.logIndex,
      source: row.source,
      kind: row.kind,
      avs: row.avs,
      operatorSet: row.operatorSet,
      strategy: row.strategy,
      wad: row.wad,
      percent: row.percent,
      amount: row.amount,
      symbol: row.symbol,
      decimals: row.decimals,
      token: row.token,
      rate: row.rate,
      description: row.description,
      state: row.state,
      executed: row.executed,
      cancelled: row.cancelled,
    })),
    totals,
    sources: sources.map((source) =>
      source.covered
        ? {
            id: source.id,
            contract: source.contract,
            covered: true as const,
            fromBlock: String(source.from),
            toBlock: String(source.to),
          }
        : {
            id: source.id,
            contract: source.contract,
            covered: false as const,
            expected: source.kind === 'missing',
            reason: source.reason,
          },
    ),
    requests: {count: scan.requests, logs: scan.logs, blocksPerRequest: scan.window, ms: scan.ms},
  };
}

function avsText(avs: string | null, set: number | null): string {
  if (avs === null) return '';
  return set === null ? middle(avs, 11) : `${middle(avs, 11)}/${set}`;
}

function amountText({amount, decimals, symbol, rate}: HistoryRow): string {
  if (amount === null || decimals === null) return '';
  return `${shortDecimal(amount, decimals, 6)} ${safeText(symbol ?? '', 20)}${rate === 'now-rate' ? ' (now-rate)' : ''}`;
}

function amounts({totals}: SlashingHistory, which: 'executed' | 'recorded'): string {
  const known = totals.filter((total) => total[which] > 0n);
  if (known.length === 0) return '';
  return `, ${known.map((total) => `${decimal(total[which], total.decimals)} ${safeText(total.symbol, 20)}`).join(', ')}`;
}

function coverageText(source: Coverage): string {
  const where = source.contract === null ? source.id : `${source.id} ${source.contract}`;
  return source.covered ? `${where} blocks ${source.from} to ${source.to}` : `${where}: ${source.reason}`;
}

function hanging(line: string, width: number): string[] {
  const [first = '', ...rest] = wrap(line, width);
  return [first, ...rest.map((text) => `      ${text}`)];
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}

const day = (ms: number): string => isoTime(ms).slice(0, 10);
