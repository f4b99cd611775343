import {renderNext} from '../../cli/next-step.ts';
import {run} from '../../foundation/next-step/next-step.ts';
import {shellWord} from '../../foundation/text/shell-word.ts';

/** What a Web3Signer for one operator is made from. */
export type SignerSetup = {
  /** Checksummed. */
  address: string;
  /** Chain that it signs transactions for; null: not known yet. */
  chainId: number | null;
  /** Port on this machine, by signer_key. */
  port: number;
  /** Who owns the key files; the container has to be that user to read them. */
  owner: {uid: number; gid: number};
  /** Directory of the key files as the compose file names it, such as `./keys`. */
  keysDir: string;
  /** As the key configuration names it: relative to itself, or absolute below /run/secrets. */
  passwordFile: string;
};

/** Answers eth_signTypedData rightly (since 25.9.0) and reports reloads (since 25.12.0). */
const IMAGE = 'consensys/web3signer:26.4.2';

/** Name of the keystore beside the key configuration; Web3Signer reads `.json` only when it loads in bulk. */
export const KEYSTORE_NAME = 'operator.json';
export const KEY_CONFIG_NAME = 'operator.yaml';
export const PASSWORD_NAME = 'operator.password';

/** The key configuration that Web3Signer reads (`--key-config-path`). */
export function keyConfigText({
  address,
  passwordFile,
}: Pick<SignerSetup, 'address' | 'passwordFile'>): string {
  return `# Key of the AOS operator ${address} for Web3Signer.
type: "file-keystore"
# Without keyType it is taken for a BLS key and left out without a word.
keyType: "SECP256K1"
# Encrypted V3 keystore; relative paths start at this file.
keystoreFile: "${KEYSTORE_NAME}"
# Mode 0600; its first line is the password. (In bulk loading even a newline at its end would count.)
keystorePasswordFile: ${JSON.stringify(passwordFile)}
`;
}

/** A compose file that avoids what usually goes wrong with Web3Signer in a container. */
export function composeText({address, chainId, port, owner, keysDir}: SignerSetup): string {
  const chain =
    chainId === null
      ? '      # The chain id of the network; Web3Signer does not start without it.\n      - --chain-id=${AOS_CHAIN_ID:?set AOS_CHAIN_ID}'
      : `      - --chain-id=${chainId}`;
  return `# Web3Signer for the AOS operator ${address}.
# Start it: docker compose -f web3signer.compose.yaml up -d; look at it: aos signer check
services:
  web3signer:
    # A tag may be moved to other content. To keep to the image that you have tried, put in its place what this prints:
    # docker image inspect --format '{{index .RepoDigests 0}}' ${IMAGE}
    image: ${IMAGE}
    restart: unless-stopped
    # The key files are mode 0600, so the container must be their owner.
    user: "${owner.uid}:${owner.gid}"
    security_opt: ["no-new-privileges:true"]
    cap_drop: [ALL]
    command:
      # All addresses of the container; else the published port is dead.
      - --http-listen-host=0.0.0.0
      - --http-listen-port=9000
      # Names it may be called by; others get 403.
      - --http-host-allowlist=127.0.0.1,localhost,web3signer
      # A key service that needs longer than the default 30 s is not cut off.
      - --idle-connection-timeout-seconds=120
      - --key-config-path=/keys
      # Options of the chain stand behind eth1.
      - eth1
${chain}
    ports:
      # Loopback only: anyone who reaches this port can sign with the operator's key.
      - "127.0.0.1:${port}:9000"
    volumes:
      - ${JSON.stringify(`${keysDir}:/keys:ro`)}
`;
}

/** Whether what the compose file starts is reached at a URL: it is published on 127.0.0.1, without TLS, and knows these names. */
export function isUrlOfSetup(url: string): boolean {
  const {protocol, hostname} = new URL(url);
  return protocol === 'http:' && (hostname === '127.0.0.1' || hostname === 'localhost');
}

/** The command that puts in the key with its password; where its keystore is there, the password alone. */
export function keySteps(keysDir: string, hasKeystore: boolean): string[] {
  return [
    hasKeystore
      ? passwordStep(`${keysDir}/${PASSWORD_NAME}`)
      : renderNext(run('keys ecdsa import', ['--dir', keysDir])),
  ];
}

/**
 * Puts a password into a file of mode 0600, as it is typed, without a newline, and not into the history, in every shell of
 * POSIX. Ctrl-C leaves no file, and a terminal that shows what is typed.
 */
export function passwordStep(file: string): string {
  return `(umask 077; trap 'stty echo; echo' EXIT; trap 'exit 130' INT; printf 'Password: '; stty -echo; IFS= read -r P; printf %s "$P" > ${shellWord(file)})`;
}
