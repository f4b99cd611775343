import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {answerClock, type Clock} from '../../../../src/lib/protocol/clock/vlc.ts';
import {
  acceptResult,
  addWork,
  createBook,
  firstToSend,
  markSent,
  matchResult,
  nextToSend,
  resultsOf,
  type Book,
  type NewWork,
  type OperatorResult,
  type Work,
} from '../../../../src/devnet/dispatcher/book.ts';

const A = '0xAAAAaaaaAAAAaaaaAAAAaaaaAAAAaaaaAAAAaaaa';
const B = '0xBBBBbbbbBBBBbbbbBBBBbbbbBBBBbbbbBBBBbbbb';

function newWork(jobId: string, tag = '', position = '', clock: Clock | null = null): NewWork {
  return {
    key: {jobId, tag, position},
    user: 'u',
    job: '{}',
    prompt: 'p',
    kind: 'opml',
    clock,
    submittedAt: 0,
  };
}

function resultFor(work: Work, result = 'r'): OperatorResult {
  const vrf = {
    selected: true,
    vrf_prompt_hash: '',
    vrf_random_value: '',
    vrf_verify_pubkey: '',
    vrf_proof: '',
  };
  const clock = answerClock(work.clock, null);
  const {jobId, tag} = work.key;
  return {
    jobId,
    tag,
    result,
    reason: '',
    vrf,
    clock,
    content: JSON.stringify([jobId, tag, result, [...clock].map(String)]),
  };
}

/** All that would be sent to an operator from `from` on. */
function toSend(book: Book, operator: string, from: number): Work[] {
  const works: Work[] = [];
  for (
    let work = nextToSend(book, operator, from);
    work !== undefined;
    work = nextToSend(book, operator, work.seq + 1)
  ) {
    works.push(work);
  }
  return works;
}

describe('jobs', () => {
  it('get the clock id "1" advanced one by one', () => {
    const book = createBook();
    const clocks = ['a', 'b', 'c'].map((id) => addWork(book, newWork(id)).clock);
    expect(clocks).toEqual([new Map([[1n, 1]]), new Map([[1n, 2]]), new Map([[1n, 3]])]);
  });

  it('merge what results bring before the next job', () => {
    const book = createBook();
    const work = addWork(book, newWork('a'));
    const clock = new Map([
      [1n, 2],
      [9n, 5],
    ]);
    acceptResult(book, A, {work, result: {...resultFor(work), clock}}, 0);
    expect(addWork(book, newWork('b')).clock).toEqual(
      new Map([
        [1n, 3],
        [9n, 5],
      ]),
    );
  });

  it('keep a clock they bring, which leaves the own one alone', () => {
    const book = createBook();
    const clock = new Map([[7n, 1]]);
    expect(addWork(book, newWork('a', '', '', clock)).clock).toEqual(clock);
    expect(addWork(book, newWork('b')).clock).toEqual(new Map([[1n, 1]]));
  });

  it('are one under the same (job_id, tag, position) and several under others', () => {
    const book = createBook();
    const first = addWork(book, newWork('a'));
    expect(addWork(book, {...newWork('a'), prompt: 'other'})).toBe(first);
    addWork(book, newWork('a', 'suspicion'));
    addWork(book, newWork('a', 'malicious', 'before'));
    expect(book.works.map(({seq}) => seq)).toEqual([0, 1, 2]);
  });

  it('stop at the end of the clock, with the code for it', () => {
    const book = createBook();
    book.clock = new Map([[1n, 2 ** 32 - 1]]);
    expect(() => addWork(book, newWork('a'))).toThrow(expect.objectContaining({code: 'CLOCK_OVERFLOW'}));
    expect(book.works).toEqual([]);
  });
});

describe('sending', () => {
  it('starts over at the first job without an accepted result, for each operator its own', () => {
    const book = createBook();
    const works = ['a', 'b', 'c'].map((id) => addWork(book, newWork(id)));
    acceptResult(book, A, {work: works[1]!, result: resultFor(works[1]!)}, 0);
    for (const work of works) markSent(book, work);
    expect(toSend(book, A.toLowerCase(), firstToSend(book, true)).map(({key}) => key.jobId)).toEqual([
      'a',
      'c',
    ]);
    expect(toSend(book, B, firstToSend(book, true)).map(({key}) => key.jobId)).toEqual(['a', 'b', 'c']);
  });

  it('without redelivery starts at what nobody was sent', () => {
    const book = createBook();
    const [a, b] = ['a', 'b', 'c'].map((id) => addWork(book, newWork(id)));
    expect(toSend(book, A, firstToSend(book, false))).toHaveLength(3);
    markSent(book, b!);
    markSent(book, a!);
    expect(toSend(book, A, firstToSend(book, false)).map(({key}) => key.jobId)).toEqual(['c']);
  });
});

describe('results', () => {
  it('are open, then repeated with the same content and in conflict with another', () => {
    const book = createBook();
    const work = addWork(book, newWork('a'));
    const result = resultFor(work);
    expect(matchResult(book, A, result)).toEqual({verdict: 'open', work});
    acceptResult(book, A, {work, result}, 0);
    expect(matchResult(book, A.toLowerCase(), result)).toEqual({verdict: 'repeated', work});
    expect(matchResult(book, A, resultFor(work, 'other'))).toEqual({verdict: 'conflict', work});
    expect(matchResult(book, B, resultFor(work, 'other'))).toEqual({verdict: 'open', work});
    expect(resultsOf(book, 'a')).toMatchObject([{operator: A, result: 'r'}]);
  });

  it('to an unknown job or another tag are unknown', () => {
    const book = createBook();
    const work = addWork(book, newWork('a', 'suspicion'));
    expect(matchResult(book, A, {...resultFor(work), jobId: 'b'})).toEqual({verdict: 'unknown'});
    expect(matchResult(book, A, {...resultFor(work), tag: ''})).toEqual({verdict: 'unknown'});
  });

  it('find their position by the clock, in whatever order they come', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2], {minLength: 3}), fc.boolean(), (order, sameAnswer) => {
        const book = createBook();
        const works = ['before', 'after', 'else'].map((position) =>
          addWork(book, newWork('a', 'malicious', position)),
        );
        for (const index of order) {
          const work = works[index]!;
          const result = resultFor(work, sameAnswer ? 'r' : `r${index}`);
          expect(matchResult(book, A, result)).toEqual({verdict: 'open', work});
          acceptResult(book, A, {work, result}, 0);
          expect(matchResult(book, A, result)).toEqual({verdict: 'repeated', work});
        }
        expect(matchResult(book, A, {...resultFor(works[0]!), content: 'x'}).verdict).toBe('conflict');
      }),
    );
  });

  it('follow a one-entry answer to a clock of several entries, as the reference operator gives it', () => {
    const book = createBook();
    const clock = new Map([
      [1n, 4],
      [2n, 8],
    ]);
    addWork(book, newWork('a', 'malicious', 'before', new Map([[1n, 1]])));
    const after = addWork(book, newWork('a', 'malicious', 'after', clock));
    const result = {...resultFor(after), clock: new Map([[2n, 9]])};
    expect(matchResult(book, A, result)).toEqual({verdict: 'open', work: after});
  });

  it('never leave two contents accepted for one job and operator', () => {
    const step = fc.record({
      job: fc.nat(3),
      tag: fc.constantFrom('', 'suspicion'),
      operator: fc.constantFrom(A, B),
      text: fc.nat(2),
    });
    fc.assert(
      fc.property(fc.array(step, {maxLength: 60}), (steps) => {
        const book = createBook();
        const first = new Map<string, string>();
        for (const {job, tag, operator, text} of steps) {
          const work = addWork(book, newWork(String(job), tag));
          const result = resultFor(work, String(text));
          const match = matchResult(book, operator, result);
          const name = `${work.seq} ${operator}`;
          const before = first.get(name);
          expect(match.verdict).toBe(
            before === undefined ? 'open' : before === result.content ? 'repeated' : 'conflict',
          );
          if (match.verdict === 'open') {
            acceptResult(book, operator, {work: match.work, result}, 0);
            first.set(name, result.content);
          }
        }
        const accepted = book.works
          .flatMap(({key}) => resultsOf(book, key.jobId))
          .map(({work, operator}) => `${work.seq} ${operator}`);
        expect(new Set(accepted)).toEqual(new Set(first.keys()));
      }),
    );
  });
});
