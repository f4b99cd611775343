import {PassThrough} from 'node:stream';
import {text} from 'node:stream/consumers';
import {describe, expect, it, onTestFinished, vi} from 'vitest';
import {askConfirm, askLine, askSecret} from '../../../src/lib/cli/prompt.ts';

function streams() {
  const [input, output] = [new PassThrough(), new PassThrough()];
  return {input, output, shown: () => text(output.end())};
}

describe('a question', () => {
  it.each([
    ['y\n', true],
    ['yes\n', true],
    ['n\n', false],
    ['N\n', false],
    ['\n', false],
    ['  \n', false],
  ])('of yes or no: %j is %s', async (typed, expected) => {
    const io = streams();
    const answer = askConfirm('Send it?', io);
    io.input.write(typed);
    expect(await answer).toBe(expected);
    expect(await io.shown()).toContain('Send it?');
  });

  it.each([
    ['yarn', 'n', false],
    ['sure', 'Yes', true],
  ])('of yes or no does not take %j', async (typed, then, expected) => {
    const io = streams();
    let drawn = '';
    io.output.on('data', (chunk: Buffer) => (drawn += chunk.toString()));
    const answer = askConfirm('Send it?', io);
    io.input.write(`${typed}\r`);
    await vi.waitFor(() => expect(drawn).toContain('Type y for yes'));
    io.input.write(`\u0015${then}\r`);
    expect(await answer).toBe(expected);
  });

  it.each([
    ['one line', 'value', false],
    ['a line and its end', 'value\n', false],
    ['several lines', 'value\nof another question\n', true],
  ])('says what it takes of a paste of %s', async (_what, pasted, isCut) => {
    const io = streams();
    let drawn = '';
    io.output.on('data', (chunk: Buffer) => (drawn += chunk.toString()));
    // A terminal is not ended by a prompt that is piped into it.
    io.output.end = () => io.output;
    const answer = askLine({message: 'RPC', suggestion: '', validate: () => true}, io);
    io.input.write(`\u001b[200~${pasted}\u001b[201~\r`);
    expect(await answer).toEqual({kind: 'answer', value: 'value'});
    expect(drawn.includes('only the first line was taken')).toBe(isCut);
  });

  it('for a secret shows stars', async () => {
    const io = streams();
    const answer = askSecret('Password', io);
    for (const key of 'hunter2\r') io.input.write(key);
    expect(await answer).toBe('hunter2');
    const shown = await io.shown();
    expect(shown).toContain('*******');
    expect(shown).not.toContain('hu');
  });

  it('whose answer is shown in another way has the colours of any other', async () => {
    vi.stubEnv('FORCE_COLOR', '1');
    vi.stubEnv('NO_COLOR', undefined);
    onTestFinished(() => void vi.unstubAllEnvs());
    const drawn = async (how: {suggestion: string; shown?: (typed: string) => string}): Promise<string> => {
      const io = streams();
      const answer = askLine({message: 'RPC', validate: () => true, ...how}, io);
      io.input.write('\r');
      expect(await answer).toEqual({kind: 'answer', value: how.suggestion});
      return io.shown();
    };
    const secret = await drawn({suggestion: 'http://node/key', shown: () => 'http://node'});
    for (const text of [secret, await drawn({suggestion: 'http://node'})]) {
      expect(text).toContain('\u001b[2m(http://node)\u001b[22m');
      expect(text).toContain('\u001b[36mhttp://node\u001b[39m');
    }
    // Not for a moment: a terminal may be recorded.
    expect(secret).not.toContain('key');
  });

  it.each([
    ['Ctrl-C', '\u0003', 'INTERRUPTED', 130],
    ['Ctrl-D', '\u0004', 'USAGE', 64],
    ['the end of the input', null, 'USAGE', 64],
  ])('ends with %s', async (_, typed, code, exitCode) => {
    const io = streams();
    const answer = askConfirm('Send it?', io);
    if (typed === null) io.input.end();
    else io.input.write(typed);
    await expect(answer).rejects.toMatchObject({code, exitCode});
  });
});
