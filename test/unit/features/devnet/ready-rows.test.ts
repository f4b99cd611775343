import {describe, expect, it} from 'vitest';
import type {Devnet} from '../../../../src/devnet/devnet.ts';
import {readyRows} from '../../../../src/lib/features/devnet/output.ts';

const URLS = {
  chain: 'http://127.0.0.1:1',
  signer: 'http://127.0.0.1:2',
  dispatcher: 'ws://127.0.0.1:3/ws',
  dispatcherHttp: 'http://127.0.0.1:4',
  operator: 'http://127.0.0.1:5',
  worker: 'http://127.0.0.1:6',
};

function rowsWith(urls: Partial<Devnet['urls']>, engine: Devnet['engine'] = null): string[] {
  const operator = {operator: '0x1', config: '/c.yaml', url: 'http://127.0.0.1:5'};
  return readyRows({
    operators: [operator, {...operator, config: '/c-2.yaml'}],
    dispatcher: 'newest',
    engine,
    urls: {...URLS, opml: undefined, tee: undefined, zkml: undefined, proofs: undefined, ...urls},
    contracts: {vrfRange: '0x2'},
    banner: '',
  });
}

describe('what a devnet says of itself', () => {
  it('has a line for each part that there is', () => {
    const names = rowsWith({}).map((row) => row.slice(2, 19).trim());
    expect(names).toEqual([
      ...['config', 'node_id', ...Object.keys(URLS), 'range contract', 'dispatcher is', 'config 2'],
    ]);
    expect(rowsWith({}).join()).not.toContain('undefined');
  });

  it('names the stand-ins of the workers', () => {
    const rows = rowsWith({tee: URLS.worker, zkml: 'http://127.0.0.1:7', proofs: 'http://127.0.0.1:8'});
    expect(rows).toContain('  proofs           http://127.0.0.1:8');
    expect(rows.find((row) => row.includes('tee worker is'))).toContain('stand-in');
    expect(rows.find((row) => row.includes('zkml worker is'))).toContain('by hash');
    const byEngine = rowsWith({}, {api: 'chat', model: 'm\u001b'});
    expect(byEngine.find((row) => row.includes('opml worker is'))).toMatch(/an engine .* m\\x1b$/);
  });
});
