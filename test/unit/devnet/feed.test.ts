import {describe, expect, it} from 'vitest';
import {feedOf} from '../../../src/devnet/feed.ts';

describe('the feed of a devnet', () => {
  it('has jobs of each kind in turn', () => {
    const feed = feedOf(['zkml', 'opml', 'tee'], 'http://127.0.0.1:9');
    const jobs = Array.from({length: 6}, (_, count) => feed(count));
    expect(jobs.map(({kind}) => kind)).toEqual(['zkml', 'opml', 'tee', 'zkml', 'opml', 'tee']);
    expect(jobs[0]).toEqual({
      kind: 'zkml',
      prompt: 'proof 0',
      model: 'mean',
      params: '{"proof_path":"http://127.0.0.1:9/mean-0.json"}',
    });
    expect(jobs[2]?.params).toContain('"max_tokens":64.0');
    expect(new Set(jobs.map(({prompt}) => prompt)).size).toBe(4);
  });

  it('has another prompt for each proof, and true and false ones', () => {
    const feed = feedOf(['zkml'], 'http://127.0.0.1:9');
    const jobs = Array.from({length: 7}, (_, count) => feed(count));
    expect(new Set(jobs.map(({prompt}) => prompt)).size).toBe(7);
    expect(jobs.filter(({params}) => params?.includes('-instance') === true)).toHaveLength(1);
    expect(jobs.filter(({params}) => params?.includes('-byte') === true)).toHaveLength(1);
  });
});
