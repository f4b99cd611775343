import {createHash} from 'node:crypto';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {Config} from '../../src/lib/config/config.ts';
import {checkConfig} from '../../src/lib/config/load.ts';
import {createReload} from '../../src/lib/features/run/reload.ts';
import type {OperatorEventBody} from '../../src/lib/node/events/events.ts';
import {tempDir} from './config-file.ts';

type Files = Readonly<Record<string, string | Uint8Array>>;

/** An operator with a configuration, and what its reloads do to it. */
export type Reloading = {
  /** The configuration of the start. */
  config: Config;
  /** Writes this configuration, and other files beside it, and reloads. @returns what the reload says, or throws */
  reload(text: string, files?: Files): unknown;
  /** The configurations that were taken over, and the events of reloads. */
  taken: Config[];
  events: OperatorEventBody[];
  [Symbol.dispose](): void;
};

/** An operator that was started with a configuration, in a folder with more files. */
export function reloading(before: string, files: Files = {}, byFlag: readonly string[] = []): Reloading {
  const dir = tempDir();
  const put = (all: Files): void => {
    for (const [name, content] of Object.entries(all))
      writeFileSync(join(dir.path, name), content, {mode: 0o600});
  };
  const file = join(dir.path, 'config.yaml');
  put({'config.yaml': before, 'vrf.key': createHash('sha256').update('a seed of this test').digest('hex')});
  put(files);
  const checked = checkConfig({file, env: process.env, cwd: '/'}, {need: 'run'});
  const {run: config, marks, problems, warnings} = checked;
  if (config === null) throw new Error(JSON.stringify(problems));
  const taken: Config[] = [];
  const events: OperatorEventBody[] = [];
  const reload = createReload({
    ...{file, marks, byFlag, config, warnings},
    emit: (event) => events.push(event),
    takeOver: (next) => taken.push(next),
    setLog: () => undefined,
  });
  return {
    ...{config, taken, events},
    reload(text, others = {}) {
      put({'config.yaml': text, ...others});
      try {
        return reload();
      } catch (error) {
        return error;
      }
    },
    [Symbol.dispose]: () => dir[Symbol.dispose](),
  };
}

export type ReloadFixture = {
  /** The configuration of the start, and that of the reload. */
  before: string;
  text: string;
  byFlag?: readonly string[];
  /** More files of the start, and of the reload. */
  files?: Files;
  then?: Files;
};

/** What a reload of another configuration does to an operator. */
export function reloadOf({before, text, byFlag = [], files = {}, then = {}}: ReloadFixture) {
  using operator = reloading(before, files, byFlag);
  const result = operator.reload(text, then);
  const {taken, events} = operator;
  return {result, taken, events};
}
