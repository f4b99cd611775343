import {ACCOUNT_EXPLAINED} from './account-explained.ts';
import type {ExplainedPreconditions} from './flow.ts';
import {FLOWS} from './list.ts';

/** What each precondition of `aos register --check` is about, for all flows; `N` stands for the number of a group. */
export const EXPLAINED_PRECONDITIONS: ExplainedPreconditions = Object.fromEntries(
  [ACCOUNT_EXPLAINED, ...FLOWS.map(({explains}) => explains)].flatMap((list) => Object.entries(list)),
);
