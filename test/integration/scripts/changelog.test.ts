import {describe, expect, it} from 'vitest';
import {changesOf, releaseChanges} from '../../../scripts/changelog.mjs';

const TEXT =
  '# Changelog\n\n## Unreleased\n\n### Added\n\n- A thing.\n\n## 0.1.0 - 2026-01-01\n\n- The first.\n';

describe('the changelog of a release', () => {
  it('gives what is unreleased to the version, and leaves room for what comes', () => {
    const text = releaseChanges(TEXT, '0.2.0', '2026-11-30');
    expect(text).toContain('## Unreleased\n\n## 0.2.0 - 2026-11-30\n\n### Added\n\n- A thing.\n\n## 0.1.0');
    expect(changesOf(text, '0.2.0')).toBe('### Added\n\n- A thing.');
    expect(changesOf(text, 'Unreleased')).toBe('');
    expect(changesOf(text, '0.1.0')).toBe('- The first.');
  });

  it('refuses a version without changes, a second time, and another file', () => {
    const text = releaseChanges(TEXT, '0.2.0', '2026-11-30');
    expect(() => releaseChanges(text, '0.3.0', '2026-12-01')).toThrow('nothing is under');
    expect(() => releaseChanges(TEXT, '0.1.0', '2026-12-01')).toThrow('has 0.1.0 already');
    expect(() => releaseChanges('# Other\n', '0.1.0', '2026-12-01')).toThrow('no “## Unreleased”');
  });
});
