// Checks the subjects of the commits since the rule began: `area: what changed`, at most 72 characters, one change.
import {execFileSync} from 'node:child_process';

const SINCE = '251e222';
const SUBJECT = /^[a-z][a-z0-9./-]*: [^\s][^;]*[^.;\s]$/;

const git = (...args) => execFileSync('git', args, {encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore']});

let log;
try {
  log = git('log', '--no-merges', '--format=%h %s', `${SINCE}..HEAD`);
} catch {
  console.log('commits: not checked, the history does not reach that far back');
  process.exit(0);
}
const wrong = log
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => ({hash: line.slice(0, line.indexOf(' ')), subject: line.slice(line.indexOf(' ') + 1)}))
  .filter(({subject}) => subject.length > 72 || !SUBJECT.test(subject));
for (const {hash, subject} of wrong)
  console.error(
    `${hash} ${subject}\n  not "area: what changed", at most 72 characters (CONTRIBUTING.md, Commits)`,
  );
process.exit(wrong.length === 0 ? 0 : 1);
