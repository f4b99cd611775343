import {describe, expect, it} from 'vitest';
import {firstEndpoint} from '../../../../src/lib/peers/chain/endpoints.ts';
import {AosError} from '../../../../src/lib/foundation/errors/error.ts';
import {say} from '../../../../src/lib/foundation/next-step/next-step.ts';

const never = new AbortController().signal;

/** What is left when each endpoint of the list fails with its error. */
function failing(...errors: readonly AosError[]): Promise<unknown> {
  const urls = errors.map((_, n) => String(n));
  return firstEndpoint(urls, never, (url) => Promise.reject(errors[Number(url)] ?? new Error(url))).catch(
    (error: unknown) => error,
  );
}

const away = (name: string): AosError => new AosError('CHAIN_UNREACHABLE', `${name} is away`);
const noCode = new AosError('CHAIN_NO_CODE', 'there is no contract', {
  next: say('Check chain.contracts.registry.'),
});

describe('several endpoints', () => {
  it('are tried in turn until one serves', async () => {
    const tried: string[] = [];
    const answer = await firstEndpoint(['a', 'b', 'c'], never, (url) => {
      tried.push(url);
      return url === 'b' ? Promise.resolve('served') : Promise.reject(away(url));
    });
    expect({answer, tried}).toEqual({answer: 'served', tried: ['a', 'b']});
  });

  it.each([
    ['first', [noCode, away('b')]],
    ['last', [away('a'), noCode]],
  ])(
    'that all fail say all of it, and the next step of the one that answered, be it the %s',
    async (_, errors) => {
      expect(await failing(...errors)).toMatchObject({
        code: 'CHAIN_NO_CODE',
        message: errors.map(({message}) => message).join('; '),
        next: say('Check chain.contracts.registry.'),
      });
    },
  );

  it('say the failure itself when there is one only', async () => {
    expect(await failing(noCode)).toBe(noCode);
  });

  it('are not passed over for what is no failure of theirs', async () => {
    const wrong = new AosError('CHAIN_WRONG_ID', 'another chain');
    expect(await failing(wrong, away('b'))).toBe(wrong);
  });
});
