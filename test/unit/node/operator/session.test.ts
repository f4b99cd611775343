import {describe, expect, it} from 'vitest';
import type {OperatorEventBody, Refusal} from '../../../../src/lib/node/events/events.ts';
import {createHealth} from '../../../../src/lib/node/operator/health.ts';
import {createSession} from '../../../../src/lib/node/operator/session.ts';
import {parseEnvelope} from '../../../../src/lib/protocol/wire/envelope.ts';
import {TEST_ADDRESS, signText} from '../../../support/envelope-signing.ts';
import {settled, virtualTime} from '../../../support/virtual-time.ts';

const BYTES = Buffer.from('{}');
const OK = {code: 200, message: 'success', bytes: BYTES};

function stage() {
  const time = virtualTime();
  const events: OperatorEventBody[] = [];
  const emit = (event: OperatorEventBody): void => void events.push(event);
  const sent: {id: string; method: string | null; text: string}[] = [];
  const late: {id: string; code: number}[] = [];
  const wire = {
    open: true,
    backlog: 0,
    drops: [] as string[],
    refusals: [] as Refusal[],
    confirmed: 0,
    refreshed: 0,
  };
  const run = new AbortController();
  let ids = 0;
  const session = createSession({
    connection: {
      run: () => Promise.resolve(),
      send: (text) => {
        if (!wire.open) return false;
        const {id, method} = parseEnvelope(Buffer.from(text));
        sent.push({id, method, text});
        return true;
      },
      drop: (reason, refusal) => {
        wire.drops.push(reason);
        if (refusal !== undefined) wire.refusals.push(refusal);
      },
      confirm: () => void (wire.confirmed += 1),
      pause: () => {},
      resume: () => {},
      backlog: () => wire.backlog,
    },
    signing: {sign: (message) => Promise.resolve(signText(message))},
    nodeId: TEST_ADDRESS,
    kinds: ['opml'],
    url: 'ws://dispatcher',
    signal: run.signal,
    newId: () => `id-${(ids += 1)}`,
    time,
    emit,
    health: createHealth(emit, time),
    onConnected: () => (wire.refreshed += 1),
    onLate: (id, {code}) => void late.push({id, code}),
  });
  const connect = async (): Promise<void> => {
    session.opened();
    await settled();
    session.onReply(sent.at(-1)?.id ?? '', OK);
    await settled();
  };
  return {time, events, sent, wire, late, session, run, connect};
}

describe('a session', () => {
  it('introduces the operator on a new socket and is connected when that is accepted', async () => {
    const {session, sent, wire, events, time} = stage();
    const waiting = session.whenConnected(new AbortController().signal);
    session.opened();
    await settled();
    expect(sent).toMatchObject([{id: 'id-1', method: 'connect'}]);
    expect(session.connected()).toBe(false);
    session.onReply('somebody else', OK);
    session.onReply('id-1', OK);
    await waiting;
    expect(session.connected()).toBe(true);
    expect(wire).toMatchObject({confirmed: 0, refreshed: 1, drops: []});
    expect(events).toEqual([{type: 'connected', url: 'ws://dispatcher'}]);
    await time.advance(10_000);
    expect(wire.confirmed).toBe(1);
    session.closed();
    expect(time.timers()).toBe(0);
  });

  it('does not start the back-off anew for a socket that is accepted and closed at once', async () => {
    const {session, wire, time} = stage();
    session.opened();
    await settled();
    session.onReply('id-1', OK);
    await settled();
    expect(session.connected()).toBe(true);
    session.closed();
    await time.advance(60_000);
    expect(wire.confirmed).toBe(0);
    expect(time.timers()).toBe(0);
  });

  it('drops the socket when connect is refused, or not answered within 20 s, which is a problem after 5 s', async () => {
    const {session, sent, wire, events, time} = stage();
    session.opened();
    await settled();
    session.onReply('id-1', {code: 500, message: 'no', bytes: BYTES});
    await settled();
    expect(wire.drops).toEqual(['connect was answered with code 500: no']);
    session.closed();
    session.opened();
    await settled();
    expect(sent).toHaveLength(2);
    await time.advance(4_999);
    expect(events.filter(({type}) => type === 'problem')).toHaveLength(1);
    await time.advance(1);
    expect(events.filter(({type}) => type === 'problem')).toHaveLength(2);
    await time.advance(14_999);
    expect(wire.drops).toHaveLength(1);
    await time.advance(1);
    expect(wire.drops[1]).toBe('no answer to connect within 20 s');
    expect(events.map((event) => (event.type === 'problem' ? event.code : ''))).toEqual([
      'DISPATCHER_REFUSED',
      'DISPATCHER_SILENT',
    ]);
  });

  it('hands on the dispatcher’s words when it refuses, made safe, and says that this is reported', async () => {
    const {session, wire} = stage();
    session.opened();
    await settled();
    session.onReply('id-1', {code: 403, message: 'not on the \u001b[31mallow-list', bytes: BYTES});
    await settled();
    expect(wire.refusals).toEqual([{how: 'reply', code: 403, words: 'not on the \\x1b[31mallow-list'}]);
    expect(session.closed()).toBe(true);
    session.opened();
    expect(session.closed()).toBe(false);
  });

  it('explains the silence of a dispatcher that says something else, and its next step is no “nothing to do”', async () => {
    const {session, wire, events, time} = stage();
    session.opened();
    await settled();
    session.onReply('an id of its own', {
      code: 403,
      message: 'operator is not on the allow-list',
      bytes: BYTES,
    });
    await time.advance(20_000);
    expect(wire.drops).toEqual([
      'no answer to connect within 20 s; it said “code 403: operator is not on the allow-list” instead',
    ]);
    expect(events).toMatchObject([{type: 'problem', next: {run: {command: 'doctor'}}}]);
    session.closed();
    session.opened();
    await settled();
    session.onWords('Failed to deserialize');
    await time.advance(20_000);
    expect(wire.drops[1]).toBe('no answer to connect within 20 s; it said “Failed to deserialize” instead');
    session.closed();
    session.opened();
    await time.advance(20_000);
    expect(wire.drops[2]).toBe('no answer to connect within 20 s');
  });

  it('is connected by an answer to connect that comes late, and then the problem is over', async () => {
    const {session, sent, wire, events, time} = stage();
    session.opened();
    await time.advance(19_000);
    expect(events).toMatchObject([{type: 'problem', part: 'dispatcher', code: 'DISPATCHER_SILENT'}]);
    session.onReply(sent[0]?.id ?? '', OK);
    await settled();
    expect(session.connected()).toBe(true);
    expect(events.slice(1)).toMatchObject([{type: 'recovered', part: 'dispatcher'}, {type: 'connected'}]);
    await time.advance(5_000);
    expect([wire.drops, session.closed()]).toEqual([[], false]);
  });

  it('sends connect again on the same socket while no job comes, and is connected meanwhile', async () => {
    const {session, sent, connect, time, events, wire} = stage();
    await connect();
    await time.advance(45_000);
    expect(sent.map(({method}) => method)).toEqual(['connect', 'connect']);
    expect(session.connected()).toBe(true);
    expect(events.at(-1)).toEqual({type: 'connect_repeated', quietMs: 45_000});
    // A dispatcher that is busy does not answer: the pings decide about the socket.
    await time.advance(300_000);
    expect(sent).toHaveLength(3);
    expect([wire.drops, session.connected()]).toEqual([[], true]);
    session.jobCame();
    await time.advance(299_000);
    expect(sent).toHaveLength(3);
  });

  it('keeps a socket on which connect is refused the second time, warns, and does not ask again', async () => {
    const {session, sent, connect, time, events, wire} = stage();
    await connect();
    await time.advance(45_000);
    session.onReply(sent.at(-1)?.id ?? '', {code: 409, message: 'you are connected', bytes: BYTES});
    await settled();
    expect(events.at(-1)).toMatchObject({type: 'warning', code: 'DISPATCHER_REFUSED'});
    await time.advance(3_600_000);
    expect([sent.length, wire.drops]).toEqual([2, []]);
  });

  it('has nothing to tell of a socket that is closing before connect is sent: its end is told', async () => {
    const {session, wire, events} = stage();
    wire.open = false;
    session.opened();
    await settled();
    expect(wire.drops).toHaveLength(1);
    expect(events).toEqual([]);
  });

  it('fails requests when the socket goes, after 50 s, or at the end', async () => {
    const {session, time, connect} = stage();
    await connect();
    const signal = new AbortController().signal;
    const lost = expect(session.request({id: 'a', text: frame('a')}, signal)).rejects.toMatchObject({
      code: 'NOT_CONNECTED',
    });
    session.closed();
    await lost;
    expect(session.connected()).toBe(false);
    await connect();
    const late = expect(session.request({id: 'b', text: frame('b')}, signal)).rejects.toMatchObject({
      code: 'DISPATCHER_TIMEOUT',
    });
    await time.advance(50_000);
    await late;
    const stop = new AbortController();
    const ended = expect(session.request({id: 'c', text: frame('c')}, stop.signal)).rejects.toMatchObject({
      code: 'NOT_CONNECTED',
    });
    stop.abort();
    await ended;
    session.closed();
    expect(time.timers()).toBe(0);
  });

  it('takes a socket that accepts nothing for a lost connection, so that nobody sends in a loop', async () => {
    const {session, wire, connect} = stage();
    await connect();
    wire.open = false;
    const signal = new AbortController().signal;
    await expect(session.request({id: 'a', text: frame('a')}, signal)).rejects.toMatchObject({
      code: 'NOT_CONNECTED',
    });
    expect(session.connected()).toBe(false);
    let through = false;
    const waiting = session.whenConnected(signal).then(() => (through = true));
    await settled();
    expect(through).toBe(false);
    session.closed();
    wire.open = true;
    await connect();
    await waiting;
  });

  it('lets nothing out before connect is accepted on the new socket', async () => {
    const {session, sent, connect} = stage();
    await connect();
    session.closed();
    session.opened();
    await settled();
    const signal = new AbortController().signal;
    await expect(session.request({id: 'early', text: frame('early')}, signal)).rejects.toMatchObject({
      code: 'NOT_CONNECTED',
    });
    expect(sent.map(({id}) => id)).not.toContain('early');
  });

  it('never answers a request on another socket than its own', async () => {
    const {session, sent, connect} = stage();
    await connect();
    const respond = session.responder();
    session.closed();
    await connect();
    void respond('of the first socket', OK);
    void session.responder()('of the second', OK);
    await settled();
    expect(sent.map(({id}) => id)).not.toContain('of the first socket');
    expect(sent.at(-1)).toMatchObject({id: 'of the second', method: null});
  });

  it('signs responses with the request’s id, and forgets them with their socket', async () => {
    const {session, sent, connect} = stage();
    await connect();
    void session.responder()('theirs', OK);
    await settled();
    expect(sent.at(-1)).toMatchObject({id: 'theirs', method: null});
    void session.responder()('too late', OK);
    session.closed();
    await settled();
    expect(sent.some(({id}) => id === 'too late')).toBe(false);
  });

  it('stops waiting for a connection with the signal', async () => {
    const {session} = stage();
    const stop = new AbortController();
    const ended = expect(session.whenConnected(stop.signal)).rejects.toThrow('over');
    stop.abort(new Error('over'));
    await ended;
  });

  it('hands on responses that no request waits for: late ones, and those of an earlier socket', async () => {
    const {session, late, connect, time} = stage();
    await connect();
    const request = session.request({id: 'mine', text: frame('mine')}, new AbortController().signal);
    request.catch(() => undefined);
    await time.advance(50_000);
    await expect(request).rejects.toMatchObject({code: 'DISPATCHER_TIMEOUT'});
    session.onReply('mine', OK);
    session.closed();
    session.onReply('mine', {code: 500, message: '', bytes: BYTES});
    expect(late).toEqual([
      {id: 'mine', code: 200},
      {id: 'mine', code: 500},
    ]);
  });

  it('sends no response while 8 MiB wait for a peer that does not read', async () => {
    const {session, sent, wire, connect, time} = stage();
    await connect();
    wire.backlog = 8 * 1024 * 1024 + 1;
    void session.responder()('request', OK);
    await time.advance(1_000);
    expect(sent).toHaveLength(1);
    wire.backlog = 0;
    await time.advance(100);
    expect(sent.map(({id}) => id)).toEqual(['id-1', 'request']);
  });
});

function frame(id: string): string {
  return `{"id":"${id}","method":"job_result","params":null,"result":null,"address":"","hash":"","signature":""}`;
}
