import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {goodFile} from './config-file.ts';
import type {InstallRequest} from '../../src/lib/features/service/install.ts';

export const SEED = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60';

/** A machine for a service: a configuration, its key, and a folder for units. /tmp is another one in a service. */
export type ServiceWorld = {
  dir: string;
  config: string;
  units: string;
  [Symbol.dispose](): void;
};

export function serviceWorld(more = ''): ServiceWorld {
  const dir = mkdtempSync('/dev/shm/aos-service-');
  const config = join(dir, 'config.yaml');
  writeFileSync(join(dir, 'vrf.key'), SEED, {mode: 0o600});
  writeFileSync(config, goodFile({more: `workers:\n  opml: {url: http://127.0.0.1:1234}\n${more}`}), {
    mode: 0o600,
  });
  return {
    dir,
    config,
    units: join(dir, 'units'),
    [Symbol.dispose]: () => {
      rmSync(dir, {recursive: true, force: true});
    },
  };
}

/** Answers of programs by their names; a program without one is not there. */
export function programs(answers: Readonly<Record<string, string>>): InstallRequest['run'] {
  return (program) => {
    const answer = answers[program];
    return answer === undefined
      ? Promise.reject(new Error(`${program}: not found`))
      : Promise.resolve(answer);
  };
}

/** A user of this machine as getent names it. */
export function passwd(name: string, uid: number, home: string): string {
  return `${name}:x:${uid}:${uid}::${home}:/usr/sbin/nologin\n`;
}
