import {isoTime} from '../../foundation/time/time.ts';
import type {JobRow} from '../../node/journal/job-query-types.ts';

/** A job of the list, as `--json` has it. */
export type JobRowJson = ReturnType<typeof jobRowJson>;

export function jobRowJson(record: JobRow) {
  const {seq, key, state, outcome, kind, model, signer, vrf, receivedAt, concludedAt, delivery, closedAt} =
    record;
  const time = (at: number | null): string | null => (at === null ? null : isoTime(at));
  return {
    seq,
    jobId: key.jobId,
    tag: key.tag,
    position: key.position,
    state,
    outcome,
    kind,
    model,
    selected: vrf?.selected ?? null,
    dispatcher: signer,
    receivedAt: isoTime(receivedAt),
    concludedAt: time(concludedAt),
    signedAt: time(delivery?.at ?? null),
    closedAt: time(closedAt),
    /** It has no answer, and one that came is held. */
    held: record.isHeld,
    /** From arrival to acceptance, or giving up. */
    durationMs: closedAt === null ? null : closedAt - receivedAt,
  };
}
