import {it} from 'vitest';
import {changeDocuments} from '../../../support/attestation-changes.ts';

it('a changed document is refused, or shows what was signed', () => changeDocuments(40));
