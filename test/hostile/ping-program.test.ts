import {describe, expect, it} from 'vitest';
import {openWorld} from '../support/cli.ts';
import {devnetUp} from '../support/devnet-up.ts';
import {longestLine, ping, pingTimes, startFlood} from '../support/flood.ts';
import {hostileSize} from '../support/hostile-size.ts';

const {sockets, pings, jobs} = hostileSize({
  full: {sockets: 1_010, pings: 100, jobs: 10},
  bounded: {sockets: 300, pings: 20, jobs: 2},
});

type Status = {result: {links: {id: string; state: string; found: string; next: string | null}[]}};

describe('aos run, while one address floods its port', () => {
  it('answers /ping and takes callbacks, and its status says what happens', async () => {
    await using world = openWorld();
    const devnet = await devnetUp(world);
    expect(await world.run(['register', '-c', devnet.config, '--yes', '--quiet'])).toMatchObject({code: 0});
    const operator = world.start(['run', '-c', devnet.config, '--json']);
    await operator.event('probe_answered');
    const port = Number(new URL(devnet.urls.operator).port);
    const flood = await startFlood(port, {count: sockets, from: '127.0.0.9', text: ''});

    const pinged = await pingTimes(pings, port, '127.0.0.2');
    await devnet.answered(await devnet.submit(jobs));
    expect(pinged.filter(({said}) => said !== 'pong')).toEqual([]);
    expect(await operator.event('problem', ({part}) => part === 'port')).toMatchObject({
      code: 'PORT_CROWDED',
    });
    expect((await ping(port, '127.0.0.2')).said).toBe('pong');
    const {stdout} = await world.run(['status', '-c', devnet.config, '--json']);
    const probed = (JSON.parse(stdout) as Status).result.links.find(({id}) => id === 'probed');
    expect(probed).toMatchObject({state: 'warn'});
    expect(probed?.found).toContain('of them from 127.0.0.9');

    const opened = await flood.stop();
    process.stdout.write(longestLine(`aos run, ${sockets} idle sockets, ${opened} in all`, pinged));
  });
});
