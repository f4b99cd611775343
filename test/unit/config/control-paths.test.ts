import {describe, expect, it} from 'vitest';
import {controlDirs, controlFile, isControlFile} from '../../../src/lib/config/control-paths.ts';
import {nodeStateDir} from '../../../src/lib/config/paths.ts';

const NODE = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266';

describe('control socket paths', () => {
  it('name a node of a network as its state directory does', () => {
    const file = controlFile('devnet', NODE);
    expect(isControlFile(file)).toBe(true);
    expect(controlFile('devnet', NODE.toLowerCase())).toBe(file);
    expect(controlFile('mainnet', NODE)).not.toBe(file);
    const dirs = {config: '/c', state: '/s', devnetFile: '/d'};
    expect(nodeStateDir(dirs, 'devnet', NODE)).toContain(file.replace('.sock', ''));
  });

  it.each([
    [{AOS_HOME: '/srv/aos', XDG_RUNTIME_DIR: '/run/user/7'}, ['/srv/aos/run']],
    [{AOS_HOME: '~/a', HOME: '/h'}, ['/h/a/run']],
    [{XDG_RUNTIME_DIR: '/run/user/7'}, ['/run/user/7/aos', '/tmp/aos-7']],
    [{XDG_RUNTIME_DIR: ''}, ['/tmp/aos-7']],
    [{XDG_RUNTIME_DIR: `/${'x'.repeat(90)}`}, ['/tmp/aos-7']],
    [{}, ['/tmp/aos-7']],
  ])('%j', (env, dirs) => {
    expect(controlDirs(env, 7)).toEqual(dirs);
  });

  it.each([{AOS_HOME: 'rel'}, {XDG_RUNTIME_DIR: 'relative'}, {AOS_HOME: '~x'}])('%j is refused', (env) => {
    expect(() => controlDirs(env, 7)).toThrow(/^(AOS_HOME|XDG_RUNTIME_DIR): /);
  });

  it('never pass 100 bytes, and keep two homes apart', () => {
    const long = (end: string): string => {
      const [dir = ''] = controlDirs({AOS_HOME: `/${'é'.repeat(60)}${end}`}, 7);
      expect(Buffer.byteLength(`${dir}/${controlFile('devnet', NODE)}`)).toBeLessThanOrEqual(100);
      return dir;
    };
    expect(long('a')).not.toBe(long('b'));
  });
});
