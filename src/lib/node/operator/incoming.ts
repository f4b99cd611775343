import type {VerifyDispatcher} from '../../config/config.ts';
import type {Time} from '../../foundation/time/time.ts';
import type {Emit} from '../events/events.ts';
import type {Inflow} from '../journal/inflow.ts';
import type {Notes} from '../journal/journal.ts';
import type {Health} from './health.ts';
import {createInbox, type Inbox} from './inbox.ts';
import {createInHand} from './in-hand.ts';
import {createIntake} from './intake.ts';
import type {Receive} from './job/receive.ts';
import type {DispatcherConnection} from './ports.ts';
import {createRefusedMessages} from './refused-messages.ts';
import type {Session} from './session.ts';
import {createSignedBefore} from './signed-before.ts';

/** Frames from the socket to the jobs and the replies in them; what is refused is kept. */
export type Incoming = Pick<Inbox, 'take' | 'rejected'> & {
  /** Messages refused, also in earlier runs. */
  refused(): number;
};

/** Puts the parts together that a frame passes: the inbox, the intake of its jobs, and the keeping of what is refused. */
export function createIncoming(deps: {
  verify: VerifyDispatcher;
  dispatcherAddress: string | null;
  journal: Notes & {inflow: Pick<Inflow, 'keep' | 'refused'>};
  session: Pick<Session, 'onReply' | 'onWords' | 'responder' | 'jobCame'>;
  receive: Receive;
  connection: Pick<DispatcherConnection, 'pause' | 'resume'>;
  health: Pick<Health, 'failed' | 'worked'>;
  emit: Emit;
  time: Time;
  signal: AbortSignal;
  /** Nothing more is taken on; the dispatcher still has what is not acknowledged. */
  isClosed: () => boolean;
}): Incoming {
  const {verify, dispatcherAddress, journal, session, connection, health, emit, time, signal} = deps;
  const refused = createRefusedMessages({inflow: journal.inflow, time, health});
  const noteFailed = (error: unknown): void => health.failed('journal', error);
  const signedBefore = createSignedBefore(journal, dispatcherAddress, noteFailed);
  const onTaken = (): void => {
    session.jobCame();
    refused.jobTaken();
  };
  const onJobs = createIntake({
    receive: deps.receive,
    onTaken,
    onOtherJobs: (jobs, frame, isAnswered) => inbox.rejectOther(jobs, frame, isAnswered),
    emit,
    signal,
    isClosed: deps.isClosed,
  });
  const inbox = createInbox(
    {
      verify,
      dispatcherAddress,
      signedBefore,
      inHand: createInHand({connection, time}),
      time,
      emit,
      health,
      signal,
    },
    {
      onReply: (id, reply) => session.onReply(id, reply),
      onWords: (words) => session.onWords(words),
      responder: () => session.responder(),
      keep: refused.keep,
      onJobs,
    },
  );
  return {take: inbox.take, rejected: inbox.rejected, refused: refused.count};
}
