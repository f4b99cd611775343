import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {lazySpinner, type StartSpinner} from '../../../src/lib/cli/lazy-spinner.ts';

/** Spinners that spin at the moment, with their texts. */
function screen() {
  const spinning = new Set<{text: string}>();
  const start: StartSpinner = (text) => {
    const one = {text, succeed: () => undefined, stop: () => spinning.delete(one)};
    spinning.add(one);
    return one;
  };
  let loads = 0;
  let arrive = (): void => undefined;
  const line = lazySpinner(() => {
    loads += 1;
    return new Promise((resolve) => {
      arrive = () => resolve(start);
    });
  });
  const loaded = async (): Promise<void> => {
    arrive();
    await new Promise(setImmediate);
  };
  return {line, loaded, loads: () => loads, texts: () => [...spinning].map(({text}) => text)};
}

describe('a spinner that is loaded when it is needed', () => {
  it('is one, however often it was shown and cleared before that', async () => {
    const {line, loaded, loads, texts} = screen();
    line.show('a');
    line.clear();
    line.show('b');
    line.clear();
    line.show('c');
    expect(texts()).toEqual([]);
    await loaded();
    expect([texts(), loads()]).toEqual([['c'], 1]);
    line.show('d');
    expect(texts()).toEqual(['d']);
    line.clear();
    expect(texts()).toEqual([]);
    line.show('e');
    expect([texts(), loads()]).toEqual([['e'], 1]);
  });

  it('does not come after it was cleared', async () => {
    const {line, loaded, texts} = screen();
    line.show('a');
    line.clear();
    await loaded();
    expect(texts()).toEqual([]);
  });

  it('shows what was said last, and nothing else, in any order', async () => {
    const act = fc.constantFrom('a', 'b', 'clear', 'loaded');
    await fc.assert(
      fc.asyncProperty(fc.array(act, {maxLength: 30}), async (acts) => {
        const {line, loaded, loads, texts} = screen();
        for (const one of acts) {
          if (one === 'loaded') await loaded();
          else if (one === 'clear') line.clear();
          else line.show(one);
        }
        await loaded();
        const last = acts.filter((one) => one !== 'loaded').at(-1) ?? 'clear';
        expect(texts()).toEqual(last === 'clear' ? [] : [last]);
        expect(loads()).toBeLessThanOrEqual(1);
      }),
      {numRuns: 50},
    );
  });
});
