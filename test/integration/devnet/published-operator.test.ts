import {describe, expect, it, onTestFinished} from 'vitest';
import {parseEnvelope} from '../../../src/lib/protocol/wire/envelope.ts';
import {postJson, publishedDispatcher, recorded} from '../../support/published.ts';
import {
  publishedMind,
  runPublishedOperator,
  TEMPLATE_OPERATOR,
  type PublishedOperator,
} from '../../support/published-operator.ts';

const {frames: jobs} = recorded().operator;

describe('the stand-in of the published operator', () => {
  it('writes every recorded frame byte for byte', async () => {
    const mind = await publishedMind();
    expect(jobs.length).toBeGreaterThan(20);
    for (const {what, text, sent, frames = []} of jobs) {
      if (sent === undefined) {
        expect(mind.connect(), what).toBe(text);
        continue;
      }
      const envelope = parseEnvelope(Buffer.from(sent));
      const said = [mind.acknowledge(envelope)];
      const reaction = mind.react(envelope.params);
      if (typeof reaction === 'object') {
        const params = `[${reaction.content}]`;
        said.push(mind.frame({id: mind.nextId(), method: 'job_result', params, result: 'null'}));
      }
      expect(said, what).toEqual(frames);
    }
  });
});

async function published(url: string): Promise<PublishedOperator> {
  const operator = runPublishedOperator(url, await publishedMind());
  onTestFinished(() => operator.close());
  await operator.connected;
  return operator;
}

describe('the published operator', () => {
  it('works with the newest version, and its rows name no operator', async () => {
    const dev = await publishedDispatcher();
    const operator = await published(dev.url);
    for (let n = 0; n < 5; n += 1) dev.submit({prompt: `p${n}`, jobId: `j${n}`});
    await dev.waitFor(({accepted}) => accepted === 5);
    expect(operator.panics()).toBe(0);
    expect(dev.stats()).toMatchObject({
      connected: [TEMPLATE_OPERATOR.toLowerCase()],
      acknowledged: 5,
      conflicts: 0,
      rejected: {'wrong-signature': 0},
    });
    expect(await postJson(dev, '/api/job/result', {job_id: 'j3'})).toMatchObject({
      code: 200,
      result: [{id: '_j3_', operator: '', result: 'At once.', vrf: {selected: true}}],
    });
  });

  it('does 0 of 5 jobs with head, whose jobs are unsigned', async () => {
    const dev = await publishedDispatcher({version: 'head'});
    const operator = await published(dev.url);
    for (let n = 1; n <= 5; n += 1) {
      dev.submit({prompt: `p${n}`});
      await dev.waitFor(({disconnects, connects}) => disconnects === n && connects === n + 1);
    }
    expect(operator.panics()).toBe(5);
    expect(dev.stats()).toMatchObject({sent: 5, accepted: 0, acknowledged: 0});
    expect(dev.jobs().flatMap(({acceptedFrom}) => acceptedFrom)).toEqual([]);
  });

  it('ends for good at a job without parameters', async () => {
    const dev = await publishedDispatcher({faults: {dispatch: () => [{params: '[]'}]}});
    const operator = await published(dev.url);
    dev.submit({prompt: 'p'});
    const stats = await dev.waitFor(({disconnects}) => disconnects === 1);
    expect(operator.hasEnded()).toBe(true);
    expect(stats).toMatchObject({acknowledged: 1, accepted: 0, connected: []});
  });

  it('twice on one dispatcher shares its rows: the first result is kept', async () => {
    const dev = await publishedDispatcher();
    await published(dev.url);
    const mind = await publishedMind({signer: '44'.repeat(32), vrf: '55'.repeat(32)}, 'another text');
    const other = runPublishedOperator(dev.url, mind);
    onTestFinished(() => other.close());
    await other.connected;
    dev.submit({prompt: 'p', jobId: 'j'});
    // Both are nameless, so the rows collide: the first is kept.
    await dev.waitFor(({accepted, conflicts}) => accepted + conflicts === 2);
    expect(dev.results('j')).toHaveLength(1);
  });
});
