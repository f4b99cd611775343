import {it} from 'vitest';
import {changeDocuments} from '../support/attestation-changes.ts';

it('of 1,000 changes to a document none is taken for another answer or enclave', () =>
  changeDocuments(1_000));
