import {AosError} from '../../foundation/errors/error.ts';
import {run} from '../../foundation/next-step/next-step.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {fitTable} from '../../foundation/text/table.ts';
import {count} from '../../foundation/text/words.ts';
import {isoTime} from '../../foundation/time/time.ts';
import type {RefusedRecord} from '../../node/journal/inflow.ts';
import type {JobReader} from '../../node/journal/job-query.ts';

/** Messages that could not be taken, as `--json` has them, the newest first. */
export type RefusedResult = {
  /** All that came, kept or not. */
  total: number;
  kept: number;
  messages: ReturnType<typeof refusedJson>[];
};

/** Most characters of a message in a table: it is cut to the width anyway. */
const MAX_CELL = 500;

/**
 * The newest messages, or the one of that number.
 * @throws AosError JOB_UNKNOWN for a number that is not kept | JOURNAL_UNREADABLE
 */
export function refusedResult(
  journal: Pick<JobReader, 'refused'>,
  {number, limit}: {number: number | undefined; limit: number},
): RefusedResult {
  const {total, kept} = journal.refused.count();
  if (number === undefined) return {total, kept, messages: journal.refused.list(limit).map(refusedJson)};
  const one = journal.refused.one(number);
  if (one === undefined)
    throw new AosError('JOB_UNKNOWN', `no message ${number} is kept`, {next: run('job refused')});
  return {total, kept, messages: [refusedJson(one)]};
}

function refusedJson({n, at, reason, code, message, bytes, frame}: RefusedRecord) {
  return {
    number: n,
    at: isoTime(at),
    reason,
    code,
    message,
    bytes,
    /** Bytes that are no UTF-8 become U+FFFD. */
    frame: Buffer.from(frame.buffer, frame.byteOffset, frame.length).toString('utf8'),
    isCut: frame.length < bytes,
  };
}

/** @param whole shows the messages as they came, made safe, below the table */
export function refusedText(
  {total, kept, messages}: RefusedResult,
  {width, whole}: {width: number; whole: boolean},
): string {
  if (messages.length === 0) return 'no message was refused';
  const column = (head: string, below: number, cells: string[], right = false) => ({
    head,
    below,
    right,
    cells,
  });
  const table = fitTable(
    [
      column(
        'NO',
        7,
        messages.map(({number}) => String(number)),
        true,
      ),
      column(
        'CAME',
        8,
        messages.map(({at}) => at.slice(0, 19).replace('T', ' ')),
      ),
      column(
        'REASON',
        9,
        messages.map(({reason}) => safeText(reason, 40)),
      ),
      column(
        'WHAT IS WRONG',
        9,
        messages.map(({message}) => safeText(message, MAX_CELL)),
      ),
      column(
        'BYTES',
        3,
        messages.map(({bytes}) => String(bytes)),
        true,
      ),
    ],
    width,
  );
  const frames = whole
    ? messages.flatMap(({frame, isCut}) => ['', safeText(frame, frame.length) + (isCut ? '…' : '')])
    : [];
  const rest =
    total > messages.length && !whole
      ? [`${count(messages.length, 'message')} of ${total}, ${kept} kept`]
      : [];
  return [...table, ...frames, ...rest].join('\n');
}
