import {describe, expect, it} from 'vitest';
import {canPrompt} from '../../../src/lib/cli/can-prompt.ts';

const here = {stdin: {isTTY: true}, stderr: {isTTY: true}};
const asked = {json: false, noInput: false};

describe('canPrompt', () => {
  it.each([
    ['a person at a terminal', asked, {}, here, true],
    ['CI=false', asked, {CI: 'false'}, here, true],
    ['--json', {...asked, json: true}, {}, here, false],
    ['--no-input', {...asked, noInput: true}, {}, here, false],
    ['CI', asked, {CI: 'true'}, here, false],
    ['stdin piped', asked, {}, {...here, stdin: {}}, false],
    ['stderr piped', asked, {}, {...here, stderr: {}}, false],
  ])('%s', (_, options, env, streams, expected) => {
    expect(canPrompt(options, env, streams)).toBe(expected);
  });
});
