import {AosError} from '../../../foundation/errors/error.ts';
import type {Emit, JobRef} from '../../events/events.ts';
import type {Judged, Judgement} from '../../journal/verdicts.ts';
import type {Health} from '../health.ts';

/** Says what the checks found of an answer, as the journal took it. */
export function reportJudged(
  emit: Emit,
  {job, judgement, judged}: {job: JobRef; judgement: Judgement; judged: Judged},
): void {
  const {code, message} = judgement;
  const why = {...(code === null ? {} : {code}), message};
  switch (judged.state) {
    case 'taken':
      if (judgement.verdict === 'ok' || judgement.verdict === 'not_checked')
        emit({type: 'job_checked', job, verdict: judgement.verdict, ...why});
      return;
    case 'refused':
      emit({type: 'job_checked', job, verdict: 'refused', ...why, message: judged.why});
      return;
    case 'held':
      if (judgement.verdict === 'held')
        emit({type: 'job_held', job, code: code ?? 'BUG', message, then: judgement.then});
      return;
    case 'over':
      return;
  }
}

/** A second worker that cannot be compared with is a problem until it can: each answer in its sample goes out unchecked. */
export function watchSecond(
  health: Pick<Health, 'failed' | 'worked'>,
  kind: string,
  {results}: Judgement,
): void {
  const second = results.find(({check}) => check === 'second');
  if (second === undefined) return;
  const use = `second ${kind}`;
  if (second.verdict !== 'not_checked') health.worked('worker', use);
  else
    health.failed(
      'worker',
      new AosError('SECOND_NOT_COMPARED', `the second ${kind} worker: ${second.message}`),
      use,
    );
}
