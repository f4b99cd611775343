import {describe, expect, it} from 'vitest';
import {isAosError} from '../../../../src/lib/foundation/errors/error.ts';
import {parseMetadataUrl} from '../../../../src/lib/features/register/flags.ts';

/** What the flag makes of a text; the code and message of its refusal. */
function parsed(text: string): string {
  try {
    return parseMetadataUrl(text, 'update-metadata-url');
  } catch (error) {
    if (!isAosError(error, 'USAGE')) throw error;
    return error.message;
  }
}

describe('a metadata URL on the command line', () => {
  it.each(['https://example.org/operator.json', 'http://127.0.0.1:8080/x?y=1'])('%s', (url) => {
    expect(parsed(url)).toBe(url);
  });

  it.each(['', 'example.org', 'ftp://example.org/x', 'https://', 'https://example.org/a b'])(
    'is no %j',
    (url) => {
      expect(parsed(url)).toBe('--update-metadata-url takes an http(s) address of a JSON file');
    },
  );

  it('has no password, which all could read on chain', () => {
    const refusal = parsed('https://someone:s3cret@example.org/x');
    expect(refusal).toContain('without user and password');
    expect(refusal).not.toContain('s3cret');
  });
});
