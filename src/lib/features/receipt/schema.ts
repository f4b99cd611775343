import * as v from 'valibot';
import type {ResultEntry} from '../../cli/schema/entry.ts';
import {address, code, count, next, schemaOf} from '../../cli/schema/parts.ts';
import {LINKS, OVERALL, VERDICTS} from '../../protocol/receipt/links.ts';
import type {JobsReport} from './job-report.ts';
import type {ReceiptReport} from './report.ts';

const clock = v.pipe(v.record(v.string(), v.string()), v.description('clock id → counter, both decimal'));

const links = v.array(
  v.object({
    link: v.picklist(LINKS),
    verdict: v.pipe(
      v.picklist(VERDICTS),
      v.description('not_signed, not_checked and not_here are neither valid nor broken'),
    ),
    why: v.nullable(v.string()),
  }),
);

const firstBroken = v.pipe(v.nullable(v.picklist(LINKS)), v.description('the first broken link'));

export const verifyReceipt: ResultEntry = {
  summary: 'aos verify receipt: what each receipt proves.',
  result: schemaOf<{receipts: ReceiptReport[]}>()(
    v.object({
      receipts: v.array(
        v.object({
          file: v.string(),
          overall: v.picklist([...OVERALL, 'unreadable']),
          broken: firstBroken,
          problem: v.nullable(v.object({code, message: v.string()})),
          links,
          next,
          result: v.pipe(
            v.nullable(
              v.object({
                operator: address,
                jobId: v.string(),
                tag: v.string(),
                user: v.string(),
                result: v.string(),
                reason: v.string(),
                selected: v.boolean(),
                vrfPublicKey: v.string(),
                clock,
                envelopeId: v.string(),
              }),
            ),
            v.description('what the valid signature of the operator binds; null: none does'),
          ),
          prompt: v.pipe(v.nullable(v.string()), v.description('of the VRF; null: it is not proven')),
          job: v.pipe(
            v.nullable(
              v.object({
                dispatcher: address,
                position: v.nullable(v.string()),
                kind: v.string(),
                model: v.string(),
                clock,
              }),
            ),
            v.description('what the valid signature of the dispatcher binds; null: none does'),
          ),
        }),
      ),
    }),
  ),
};

export const jobVerify: ResultEntry = {
  summary: 'aos job verify: what was checked again of jobs of the journal.',
  result: schemaOf<JobsReport>()(
    v.object({
      overall: v.picklist(OVERALL),
      checked: count,
      valid: count,
      incomplete: count,
      broken: count,
      incompleteBy: v.pipe(
        v.array(v.object({link: v.picklist(LINKS), verdict: v.picklist(VERDICTS), jobs: count})),
        v.description('of the incomplete jobs the first link that is not valid'),
      ),
      chain: v.pipe(
        v.object({
          readings: count,
          verdict: v.picklist(VERDICTS),
          why: v.nullable(v.string()),
        }),
        v.description('all clock readings of the journal with --all; of one job those about it'),
      ),
      jobs: v.pipe(
        v.array(
          v.object({
            seq: v.pipe(
              v.nullable(count),
              v.description('null: the journal has forgotten it, and its receipt was kept'),
            ),
            jobId: v.string(),
            tag: v.string(),
            position: v.string(),
            state: v.string(),
            overall: v.picklist(OVERALL),
            broken: firstBroken,
            links,
          }),
        ),
        v.description('the one that was named; with --all those that are broken, the first 1000'),
      ),
      strangers: v.pipe(
        v.array(v.object({address, jobs: count})),
        v.description('who signed jobs in place of a known dispatcher; at most 20'),
      ),
      next,
    }),
  ),
};
