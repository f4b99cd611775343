import {Args, Flags} from '@oclif/core';
import {AosCommand, configFlag} from '../../lib/cli/base-command.ts';
import {pathFlag, pathOfFlag} from '../../lib/cli/flags.ts';
import {untilStopped} from '../../lib/cli/signals.ts';
import {findConfig} from '../../lib/config/file.ts';
import {usableConfig} from '../../lib/config/usable.ts';
import {registersOfFlags, verifyAttestation} from '../../lib/features/verify/attestation.ts';
import {verifiedAttestationText} from '../../lib/features/verify/attestation-text.ts';
import {AosError} from '../../lib/foundation/errors/error.ts';
import {EXIT} from '../../lib/foundation/errors/table.ts';
import {createAttestationChecker} from '../../lib/protocol/attestation/check/check.ts';

const EXITS = {valid: EXIT.ok, invalid: EXIT.negative, not_checked: EXIT.warnings} as const;

export default class VerifyAttestation extends AosCommand {
  static override summary = 'Check an attestation document of a tee worker by hand.';
  static override description = `FILE has the document of an AWS Nitro enclave: its bytes, their hex or base64, or the worker's callback as JSON, whose answer is compared then. Root and registers come from the flags, else from workers.tee of the configuration, where there is one. Revoked certificates are not looked for.

Exit code 0 when it is valid, 3 when something in it fails, 4 when nothing fails and something was not compared.`;
  static override examples = [
    '<%= config.bin %> verify attestation callback.json --at 2026-11-30T01:02:03Z',
    {
      description: 'Without a configuration',
      command:
        '<%= config.bin %> verify attestation document.cbor --root ./nitro-root.pem --pcr 0=4b4d5b3661b3efc12920900c80e126e4ce783c522de6c02a2a5bf7af3a2b9327b86776f188e4be1c1c404a129dbda493 --answer answer.txt',
    },
  ];
  static override args = {
    file: Args.string({
      description: 'The document, or the callback with it; - is standard input.',
      required: true,
    }),
  };
  static override flags = {
    ...configFlag,
    root: pathFlag({summary: 'PEM file of the root certificate.'}),
    pcr: Flags.string({
      summary: 'A register and a value that it may have; once for each.',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'N=HEX',
    }),
    answer: pathFlag({summary: 'File with the answer.', exclusive: ['answer-sha256']}),
    'answer-sha256': Flags.string({summary: 'SHA-256 of the answer, 64 hex digits.', helpValue: 'HEX'}),
    at: Flags.string({
      summary: 'When the answer came; the document has to be of that time, give or take two minutes.',
      helpValue: 'TIME',
    }),
  };

  async run(): Promise<void> {
    const {args, flags} = await this.parse(VerifyAttestation);
    const {env} = process;
    const cwd = process.cwd();
    const config = findConfig({flag: flags.config, env, cwd})?.path ?? null;
    const asked = {
      file: args.file === '-' ? args.file : pathOfFlag(args.file, 'FILE'),
      rootFile: flags.root ?? null,
      registers: registersOfFlags(flags.pcr ?? []),
      answerFile: flags.answer ?? null,
      answerSha256: hashOf(flags['answer-sha256']),
      at: timeOf(flags.at),
      configured: config === null ? null : usableConfig({file: config, env, cwd}).teeAttestation,
    };
    const result = await untilStopped((signal) =>
      verifyAttestation({...asked, signal}, createAttestationChecker()),
    );
    this.give({
      schema: 'verify-attestation',
      exitCode: EXITS[result.verdict],
      result,
      text: verifiedAttestationText(result, this.listStyle()),
    });
  }
}

function hashOf(text: string | undefined): string | null {
  if (text === undefined) return null;
  const digits = text.replace(/^0x/i, '').toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(digits)) throw new AosError('USAGE', '--answer-sha256 takes 64 hex digits');
  return digits;
}

function timeOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const at = Date.parse(text);
  // Without a zone it would be another time on each machine.
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d\S*(?:Z|[+-]\d\d:\d\d)$/i.test(text) || Number.isNaN(at))
    throw new AosError('USAGE', '--at takes a time with its zone, such as 2026-11-30T01:02:03Z');
  return at;
}
