import {atNewestBlock} from '../model/newest-block.ts';
import {isoTime} from '../../../foundation/time/time.ts';
import {decimal, ether, shownEther, percent} from '../../../foundation/text/amounts.ts';
import type {OperatorPart} from '../../../node/events/events.ts';
import type {StandingFigures} from '../../../node/events/standing.ts';
import {viewLinks} from '../../status/view-links.ts';
import {age, millis} from '../model/ages.ts';
import {nameOf} from '../model/earning.ts';
import {fields, type Field, type Text} from './fields.ts';
import type {Scene} from './scene.ts';

const SEEN: ReadonlySet<OperatorPart> = new Set<OperatorPart>(['signer', 'chain', 'dispatcher', 'worker']);

/** All about the signer, the chain, the dispatcher and the workers. */
export function signerText({data, now}: Scene, width: number): Text {
  const {signer, block, connection, problems, workers} = data.view;
  const seen = problems.filter(({part}) => SEEN.has(part));
  return {
    title: 'SIGNER, CHAIN, DISPATCHER, WORKERS',
    lines: fields(
      [
        ...seen.map(({part, message, code, since}): Field => [
          `${part} down`,
          `${isoTime(since)} (${age(now - since)} ago): ${message} (${code})`,
        ]),
        ...(signer === null
          ? [['signer', 'no signature yet'] as const]
          : ([
              ['p50, p95', `${signer.p50Ms ?? '?'} ms, ${signer.p95Ms ?? '?'} ms`],
              [
                'signatures',
                `${signer.signatures}, ${signer.errors} failed, in the last ${age(signer.windowMs)}`,
              ],
              ['as of', `${isoTime(signer.at)} (${age(now - signer.at)} ago)`],
            ] as const)),
        ...(block === null
          ? [['block', '?'] as const]
          : ([
              ['block', block.number],
              ['block time', `${isoTime(block.blockAt)} (${age(now - block.blockAt)} ago)`],
              ['RPC', `${block.rpcMs} ms, ${age(now - block.at)} ago`],
            ] as const)),
        ...workers.map(({kind, facts, answer}): Field => [
          `worker ${kind}`,
          [
            facts === null
              ? 'not asked yet'
              : `${facts.well} of ${facts.workers} well, ${facts.open} of ${facts.places} places in use, asked ${age(now - facts.at)} ago`,
            ...(facts?.problem ? [`${facts.problem.message} (${facts.problem.code})`] : []),
            ...(answer === null
              ? []
              : [`last answer took ${millis(answer.ms)}, ${age(now - answer.at)} ago`]),
          ].join('; '),
        ]),
        ['dispatcher', [connection.state, connection.url ?? '', connection.reason ?? ''].join(' ').trim()],
        ...(connection.since === null
          ? []
          : [['since', `${isoTime(connection.since)} (${age(now - connection.since)} ago)`] as const]),
      ],
      width,
    ),
  };
}

const WHOLE = 10n ** 18n;

/** Every link of the chain to earning, what costs something, and the figures that were read. */
export function standingText({data, now, next}: Scene, width: number): Text {
  const {view} = data;
  const {standing} = view;
  const figures = standing?.figures ?? null;
  return {
    title: 'ON CHAIN',
    lines: fields(
      [
        ...viewLinks(view, now).map(({id, state, found, next: step}): Field => [
          nameOf(id),
          `${state}: ${found}${step === null || state === 'ok' ? '' : ` → ${next(step)}`}`,
        ]),
        ...(standing?.costs ?? []).map(({code, message, since, next: step}): Field => [
          'costs',
          `${message} (${code}), since ${isoTime(since)} → ${next(step)}`,
        ]),
        ...(figures === null ? [] : figureFields(atNewestBlock(figures, view.block))),
        ...(standing?.readAt
          ? [['read', `${isoTime(standing.readAt)} (${age(now - standing.readAt)} ago)`] as const]
          : []),
        ...(standing?.failure
          ? [
              [
                'last try',
                `${standing.failure.message} (${standing.failure.code}) → ${next(standing.failure.next)}`,
              ] as const,
            ]
          : []),
      ],
      width,
    ),
  };
}

function figureFields(figures: StandingFigures): Field[] {
  const {registration, quorums, stake, allocations, challenges, penalties, rewards, gas, block} = figures;
  return [
    [
      'registration',
      `${registration.state.replace('_', ' ')}${registration.flow === null ? '' : `, ${registration.flow}`}`,
    ],
    ...quorums.map(({number, member, weight, recorded, minimum}): Field => [
      `${registration.group} ${number}`,
      `${member === null ? '?' : member ? 'member' : 'not a member'}, stake ${tokens(weight)}, recorded ${tokens(recorded)}, minimum ${tokens(minimum)}`,
    ]),
    ...stake.map(({strategy, symbol, decimals, amount, maxMagnitude, allocatedMagnitude}): Field => [
      'stake',
      `${amount === null || decimals === null ? '?' : decimal(BigInt(amount), decimals)} ${symbol ?? strategy}${maxMagnitude === null ? '' : `, ${percent(BigInt(maxMagnitude), WHOLE)} left by slashing`}${allocatedMagnitude === null ? '' : `, ${percent(BigInt(allocatedMagnitude), WHOLE)} allocated`}`,
    ]),
    ...(allocations ?? []).map(({set, strategy, symbol, magnitude, pendingDiff, effectBlock}): Field => [
      'allocation',
      `${percent(BigInt(magnitude), WHOLE)} of ${symbol ?? strategy} to operator set ${set}${effectBlock === null ? '' : `, ${changeOf(BigInt(pendingDiff))} from block ${effectBlock} on (now ${block})`}`,
    ]),
    ...(challenges?.open ?? []).map(({index, createdBlock, deadlineBlock}): Field => [
      `challenge ${index}`,
      `opened in block ${createdBlock}, deadline ${deadlineBlock} (now ${block})`,
    ]),
    ...(penalties ?? []).map(({id, amountWei, executed}): Field => [
      `penalty ${id}`,
      `${ether(BigInt(amountWei))} ETH, ${executed ? 'executed' : 'recorded'}`,
    ]),
    ...(rewards === null
      ? []
      : ([
          ['claimer', rewards.claimer ?? 'the operator itself'],
          ...rewards.claimed.map(({token, symbol, decimals, amount}): Field => [
            'claimed',
            `${decimals === null ? amount : decimal(BigInt(amount), decimals)} ${symbol ?? token}`,
          ]),
          ['claimable', 'not known, needs EigenLayer’s sidecar'],
        ] satisfies Field[])),
    [
      'gas',
      `${shownEther(BigInt(gas.balanceWei), 'down')} ETH${gas.registrations === null ? '' : `, pays for ${gas.registrations} registrations`}`,
    ],
  ];
}

const tokens = (weight: string | null): string => (weight === null ? '?' : decimal(BigInt(weight), 18));

const changeOf = (diff: bigint): string =>
  `${diff < 0n ? '−' : '+'}${percent(diff < 0n ? -diff : diff, WHOLE)}`;
