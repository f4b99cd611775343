import {existsSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {expect, it} from 'vitest';
import {parse} from 'yaml';
import {ALL_FIELDS, envNames} from '../../../src/lib/config/schema.ts';

const DEPLOY = path.join(import.meta.dirname, '../../../deploy');

type Service = {
  image?: string;
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  ports?: string[];
  volumes?: string[];
  environment?: Record<string, string>;
};

const FILES = ['compose.yaml', 'compose.monitoring.yaml'];
const services: [name: string, service: Service][] = FILES.flatMap((file) => {
  const {services: all} = parse(readFileSync(path.join(DEPLOY, file), 'utf8')) as {
    services: Record<string, Service>;
  };
  return Object.entries(all);
});
/** An entry without an image adds to that of the other file. */
const whole = services.filter(([, {image}]) => image !== undefined);

it.each(whole)(
  '%s of the compose files gains no right, and keeps its settings as they are',
  (_name, service) => {
    expect(service.cap_drop).toEqual(['ALL']);
    expect(service.security_opt).toEqual(['no-new-privileges:true']);
    const fromHost = (service.volumes ?? []).filter((volume) => /^[$.]/.test(volume));
    for (const volume of fromHost) expect(volume).toMatch(/:ro$/);
  },
);

it('only the port that the network probes is open to others', () => {
  const open = services.flatMap(([name, {ports = []}]) =>
    ports.filter((port) => !port.startsWith('127.0.0.1:')).map((port) => [name, port]),
  );
  expect(open).toEqual([['aos', '21001:21001']]);
  expect(whole.find(([name]) => name === 'aos')?.[1].read_only).toBe(true);
});

it('no variable holds a secret, and those of aos are known', () => {
  const known = ALL_FIELDS.flatMap(envNames);
  for (const [, {environment = {}}] of services)
    for (const [name, value] of Object.entries(environment)) {
      if (name.startsWith('AOS_')) expect(known).toContain(name);
      if (/PASSWORD|TOKEN|SECRET/.test(name)) expect(value).toMatch(/^\$\{\w+:\?/);
    }
});

it('every file of the folder that is mounted is there', () => {
  const mounted = services.flatMap(([, {volumes = []}]) =>
    volumes.flatMap((volume) => /^\$\{AOS_DEPLOY_DIR:-\.\}\/([^:]+):/.exec(volume)?.[1] ?? []),
  );
  expect(mounted.length).toBeGreaterThan(0);
  expect(mounted.filter((name) => !existsSync(path.join(DEPLOY, name)))).toEqual([]);
});
