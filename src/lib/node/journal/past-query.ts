import type {Row} from './driver.ts';
import type {JobDetailRecord, JobRow} from './job-query-types.ts';
import {pastOf} from './past.ts';

/** A packed job as a list has it. @throws AosError JOURNAL_UNREADABLE */
export function pastRowOf(row: Row): JobRow {
  const {packed, concludedAt, closedAt, range: _range, content: _content, ...job} = pastOf(row);
  const {signer, delivery} = packed;
  return {...job, signer, concludedAt, delivery, closedAt, isPacked: true, isHeld: false};
}

/** All that is left of a packed job. @throws AosError JOURNAL_UNREADABLE */
export function pastRecordOf(row: Row): JobDetailRecord {
  const {range, content, packed} = pastOf(row);
  const {why, cut, attempts} = packed;
  return {
    ...pastRowOf(row),
    frame: null,
    element: null,
    index: 0,
    packed: {cut, attempts},
    range,
    reply: null,
    proof: null,
    content,
    requests: [],
    evidence: [],
    checks: [],
    why,
    readings: [],
  };
}
