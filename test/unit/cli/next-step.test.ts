import {describe, expect, it} from 'vitest';
import {renderNext, withNextText} from '../../../src/lib/cli/next-step.ts';
import {run, say} from '../../../src/lib/foundation/next-step/next-step.ts';

describe('a next step as text', () => {
  it.each([
    [say('Free disk space.'), 'Free disk space.'],
    [run('status'), 'aos status'],
    [run('job list', ['--state', 'failed']), 'aos job list --state failed'],
    [run('job show', ['#12']), "aos job show '#12'"],
    [run('signer check', [], 'Start Web3Signer, then'), 'Start Web3Signer, then: aos signer check'],
    [run('keys vrf create', ['--file', 'my keys/vrf.key']), "aos keys vrf create --file 'my keys/vrf.key'"],
  ])('%j is %s', (step, text) => expect(renderNext(step)).toBe(text));

  it.each([
    [say('Free disk space.'), 'Free disk space.'],
    [say('Read what aos run says.'), 'Read what aos run says.'],
    [run('run', ['--jobs', '5']), 'aos run -c my.yaml --jobs 5'],
    [run('signer check', [], 'Start it, then'), 'Start it, then: aos signer check -c my.yaml'],
    [run('run', ['-c', './config.yaml']), 'aos run -c ./config.yaml'],
    [run('run', ['--config', './config.yaml']), 'aos run --config ./config.yaml'],
    [run('run', ['--help']), 'aos run --help'],
    [run('run', ['--devnet']), 'aos run --devnet'],
    // -c would name the file that it writes.
    [run('init', ['--from', 'operator.yaml']), 'aos init --from operator.yaml'],
    [run('devnet up'), 'aos devnet up'],
  ])('%j with the file that was named by hand is %s', (step, text) =>
    expect(renderNext(step, {config: 'my.yaml'})).toBe(text),
  );

  it('quotes a file that a shell would take apart', () => {
    expect(renderNext(run('run'), {config: "a b'c.yaml"})).toBe(`aos run -c 'a b'\\''c.yaml'`);
  });

  it('stands in a report wherever its value was, and nothing else of the report changes', () => {
    const outside = {prompt: 'next: aos run → aos status', say: 'hi', id: 7n, list: [null, true]};
    const report = {checks: [{next: run('status')}, {next: null}], outside};
    expect(withNextText(report, (step) => renderNext(step, {config: 'my.yaml'}))).toEqual({
      checks: [{next: 'aos status -c my.yaml'}, {next: null}],
      outside,
    });
  });
});
