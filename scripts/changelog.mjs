/**
 * Gives what is under “Unreleased” to a version: its heading comes below an empty “Unreleased”.
 * @param text of CHANGELOG.md
 * @param date such as 2026-11-30
 * @throws Error when nothing is unreleased, or the version is there already
 */
export function releaseChanges(text, version, date) {
  const heading = '## Unreleased\n';
  const at = text.indexOf(heading);
  if (at < 0) throw new Error('CHANGELOG.md has no “## Unreleased”');
  if (text.includes(`\n## ${version} `) || text.includes(`\n## ${version}\n`))
    throw new Error(`CHANGELOG.md has ${version} already`);
  const rest = text.slice(at + heading.length);
  const next = rest.indexOf('\n## ');
  if (!/^- /m.test(next < 0 ? rest : rest.slice(0, next))) throw new Error('nothing is under “Unreleased”');
  return `${text.slice(0, at)}${heading}\n## ${version} - ${date}\n${rest}`;
}

/** The text of a version's changes, without its heading; '' when it has none. */
export function changesOf(text, version) {
  const start = text
    .split('\n')
    .findIndex((line) => line === `## ${version}` || line.startsWith(`## ${version} `));
  if (start < 0) return '';
  const lines = text.split('\n').slice(start + 1);
  const end = lines.findIndex((line) => line.startsWith('## '));
  return (end < 0 ? lines : lines.slice(0, end)).join('\n').trim();
}
