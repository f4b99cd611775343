import {describe, expect, it} from 'vitest';
import {createRig} from '../support/operator-rig.ts';
import {longestLine, pingTimes, startFlood} from '../support/flood.ts';
import {hostileSize} from '../support/hostile-size.ts';

const {sockets, pings, jobs} = hostileSize({
  full: {sockets: 1_010, pings: 100, jobs: 50},
  bounded: {sockets: 200, pings: 10, jobs: 3},
});
const HALF = 'GET /ping HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ';
const HALF_BODY =
  'POST /api/opml_callback HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 8000000\r\n\r\n{"answer":"';
const PIPELINE = `${'GET /ping HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'.repeat(50)}GET /pi`;

describe('while one address floods the port', () => {
  it.each([
    ['idle sockets', ''],
    ['half-sent requests', HALF],
    ['half-sent callbacks', HALF_BODY],
    ['many requests in one socket', PIPELINE],
    ['requests without an end of their head', `GET /ping HTTP/1.1\r\n${'X-Long: y\r\n'.repeat(900)}`],
    ['the first bytes of TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['an upgrade', 'GET /ping HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'],
    ['CONNECT', 'CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n'],
    ['an expectation', 'POST /ping HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n'],
  ])('with %s, /ping of another is answered, and so are callbacks', async (what, text) => {
    const rig = await createRig();
    const run = await rig.start();
    const port = Number(new URL(rig.callbackUrl).port);
    const flood = await startFlood(port, {count: sockets, from: '127.0.0.1', text});

    const pinged = await pingTimes(pings, port, '127.0.0.2');
    // The worker of the rig calls back from the very address that floods.
    rig.submit(jobs);
    await rig.answered(jobs);
    const more = await pingTimes(pings, port, '127.0.0.2');

    const opened = await flood.stop();
    process.stdout.write(longestLine(`${what} (${sockets} sockets, ${opened} in all)`, [...pinged, ...more]));
    expect([...pinged, ...more].filter(({said}) => said !== 'pong')).toEqual([]);
    expect(await run.stop()).toMatchObject({accepted: jobs});
  });

  it('says so: a problem that names the address, until it is over', async () => {
    const rig = await createRig();
    const run = await rig.start();
    const port = Number(new URL(rig.callbackUrl).port);
    const flood = await startFlood(port, {count: sockets, from: '127.0.0.3', text: ''});
    const problem = await run.event('problem', ({part}) => part === 'port');
    expect(problem).toMatchObject({code: 'PORT_CROWDED', part: 'port'});
    expect(problem.message).toContain('of them from 127.0.0.3');
    await flood.stop();
    await run.event('recovered', ({part}) => part === 'port');
  });
});
