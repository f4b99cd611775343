import {expect, it} from 'vitest';
import {jobExportText} from '../../../../src/lib/features/job/export.ts';
import {jobDetail} from '../../../../src/lib/features/job/detail.ts';
import {describe as describeEvent} from '../../../../src/lib/node/events/describe.ts';
import {eventFields, eventLine, lineOf} from '../../../../src/lib/node/events/lines.ts';
import {emptyView, reduceEvents} from '../../../../src/lib/node/events/view.ts';
import {openJobReader} from '../../../../src/lib/node/journal/job-query.ts';
import {requestMark} from '../../../../src/lib/node/journal/request-mark.ts';
import {answerTo, createRig, type Run} from '../../../support/operator-rig.ts';

const FACTS = {
  nodeId: null,
  dispatcher: null,
  formerDispatchers: [],
  lastRange: null,
  precision: null,
  now: 0,
};

/** Everything that shows a run and its jobs: the log in each form, what the control socket has, and the jobs of the journal. */
function outputsOf(run: Run, dir: string): Record<string, string> {
  const next = (): string => '';
  const line = (format: 'pretty' | 'logfmt'): string =>
    run.events
      .map((event) => {
        const {level, text} = describeEvent(event, next);
        return lineOf(
          {time: '', level, text, fields: eventFields(event, next)},
          format,
          (_level, said) => said,
        );
      })
      .join('\n');
  const reader = openJobReader({dir});
  const all = {states: [], outcomes: [], kinds: [], tags: [], since: null, limit: null};
  const records = [...reader.records(all)];
  reader.close();
  return {
    events: run.events.map((event) => eventLine(event)).join('\n'),
    logfmt: line('logfmt'),
    pretty: line('pretty'),
    view: JSON.stringify(reduceEvents(emptyView, run.events)),
    details: JSON.stringify(records.map((record) => jobDetail(record, FACTS))),
    export: records
      .flatMap((record) => [jobExportText(record, 'ndjson'), jobExportText(record, 'csv')])
      .join('\n'),
  };
}

it('no output holds the id of a request whose job waits for its answer: who knows it can answer the job', async () => {
  const rig = await createRig();
  rig.worker.onQuestion = (question) => {
    // What is no answer is kept, with all that the worker sent.
    void rig.worker.answer(question, {answer: ''});
    return 200;
  };
  const run = await rig.start({worker: {answerTimeoutMs: 2_000, attempts: 2, deadlineMs: 10_000}});
  rig.submit(2);
  await run.event('job_unanswered', () => run.of('job_unanswered').length === 2);
  const ids = rig.worker.asked.map(({req_id}) => req_id);
  expect(ids).toHaveLength(4);
  const outputs = outputsOf(run, rig.dir);
  for (const [name, text] of Object.entries(outputs))
    expect({name, found: ids.filter((id) => text.includes(id))}).toEqual({name, found: []});
  // A request is named all the same: by a mark from which its id cannot be made.
  for (const id of ids)
    for (const name of ['events', 'logfmt', 'details']) expect(outputs[name]).toContain(requestMark(id));

  const [first] = rig.worker.asked;
  if (first === undefined) throw new Error('no request');
  expect(await rig.worker.answer(first)).toBe(200);
  await rig.answered(1);
  expect(rig.dispatcher.results('job-0').concat(rig.dispatcher.results('job-1'))).toMatchObject([
    {result: answerTo(first.prompt)},
  ]);
  await run.stop();
});
