import {expect, it} from 'vitest';
import type {OperatorEventBody} from '../../../../../src/lib/node/events/events.ts';
import {createDuplicates} from '../../../../../src/lib/node/operator/job/duplicates.ts';
import {virtualTime} from '../../../../support/virtual-time.ts';

it('reports a flood of duplicates by its count', async () => {
  const time = virtualTime();
  const events: OperatorEventBody[] = [];
  const duplicates = createDuplicates({time, emit: (event) => events.push(event)});
  const job = {seq: 1, jobId: 'j', tag: '', position: '', kind: 'opml', model: 'm'};
  for (let n = 0; n < 10_000; n += 1) duplicates.came(job, 'accepted');
  expect(events).toHaveLength(10);
  expect(duplicates.count()).toBe(10_000);
  await time.advance(1_000);
  duplicates.came(job, 'accepted');
  expect(events.at(-1)).toMatchObject({type: 'job_duplicate', state: 'accepted', count: 10_001});
});
