import {describe, expect, it} from 'vitest';
import {watchAgreement} from '../../../../src/lib/features/tx/agreement.ts';
import {answerRows} from '../../../../src/lib/features/tx/consequence.ts';
import {AosError} from '../../../../src/lib/foundation/errors/error.ts';

const rows = (intent: string, command: 'register' | 'deregister' | 'tx' = 'register') =>
  Object.fromEntries(answerRows({intent}, {command, most: '0.01', network: 'mainnet (chain 1)'}));

describe('the question about a transaction', () => {
  it('says what a yes does, what is final, and what a no does', () => {
    expect(rows('register:0xa:0xb')).toEqual({
      yes: 'the signer signs it, and it is sent to mainnet (chain 1) at once; it costs up to 0.01 ETH',
      final: expect.stringContaining('aos deregister') as string,
      no: 'or Enter alone: it is not signed and not sent; --dry-run shows the steps without a question',
    });
  });

  it.each([
    ['as-operator:0xa', /cannot stop being an operator/],
    ['set-key:0xa:0xb:1:0xc', /stays/],
    ['deregister:0xa:0xb', /lets no address back in/],
    ['socket:0xa', /^nothing/],
    ['metadata:0xa', /^nothing/],
  ])('%s: what is final', (intent, words) => {
    expect(rows(intent)['final']).toMatch(words);
  });

  it('of a replacement names its own way to look first', () => {
    expect(rows('register:0xa:0xb', 'tx')['final']).toBeUndefined();
    expect(rows('register:0xa:0xb', 'tx')['no']).toContain('--check');
    expect(rows('deregister:0xa:0xb', 'deregister')['no']).toContain('--dry-run');
  });
});

describe('a command that is stopped', () => {
  const network = new AosError('CHAIN_UNREACHABLE', 'cut off');
  const watched = (isYes: boolean) => {
    const stop = new AbortController();
    const answer = () => Promise.resolve(isYes);
    const {options, explained} = watchAgreement({
      confirm: answer,
      confirmSigning: answer,
      limits: {signal: stop.signal},
    });
    return {stop, ask: options.confirm, explained};
  };

  it.each([
    ['SIGINT', 'INTERRUPTED', 130],
    ['SIGTERM', 'TERMINATED', 143],
  ])('by %s before a yes says that nothing was sent', async (reason, code, exitCode) => {
    for (const thrown of [reason, network]) {
      const {stop, ask, explained} = watched(false);
      await ask();
      stop.abort(reason);
      expect(explained(thrown)).toMatchObject({
        code,
        exitCode,
        message: 'stopped; no transaction was signed, and none was sent',
      });
    }
  });

  it('after a yes claims nothing', async () => {
    const {stop, ask, explained} = watched(true);
    await ask();
    stop.abort('SIGINT');
    expect(explained('SIGINT')).toBe('SIGINT');
  });

  it('leaves other errors, and those that know a transaction', () => {
    const {stop, explained} = watched(false);
    expect(explained(network)).toBe(network);
    stop.abort('SIGINT');
    const sent = new AosError('CHAIN_UNREACHABLE', 'cut off', {details: {txHash: '0x1'}});
    const other = new AosError('TX_CHANGED', 'another one');
    for (const error of [sent, other]) expect(explained(error)).toBe(error);
  });
});
