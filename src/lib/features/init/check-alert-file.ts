import * as check from '../../foundation/check/check.ts';
import {run} from '../../foundation/next-step/next-step.ts';
import {isAosError} from '../../foundation/errors/error.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {shellWord} from '../../foundation/text/shell-word.ts';
import {readAlertSecret, type AlertSecret} from '../../keys/alert-secret.ts';
import {isThere, placed, type FilePlace} from './files.ts';
import type {Finding, Known} from './question.ts';
import {fileChannel} from './questions-alerts.ts';

/** Whether the file of a channel has its secret; one that is not there yet is made by hand, so that the secret is typed nowhere else. */
export function checkAlertFile({answers}: Known, place: FilePlace): Finding {
  const channel = fileChannel(answers);
  if (channel === null) return check.ok('no channel needs a file');
  const path = placed(answers['alert-file'] ?? '', place);
  if (!isThere(path))
    return check.fail(
      `${safeText(path)} is not there yet`,
      run(
        'alert test',
        ['--channel', channel.name],
        `Put ${channel.holds} into it (install -m 600 /dev/stdin ${shellWord(path)}), then`,
      ),
    );
  try {
    readAlertSecret(path, channel.field.path, SECRETS[channel.name] ?? 'url');
    return check.ok(`${safeText(path)} is there and will be used`);
  } catch (error) {
    if (!isAosError(error)) throw error;
    return check.fail(safeText(error.message), error.next);
  }
}

const SECRETS: Readonly<Record<string, AlertSecret>> = {
  telegram: 'telegram token',
  pagerduty: 'pagerduty key',
  email: 'password',
};
