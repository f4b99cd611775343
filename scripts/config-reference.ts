import {ALL_FIELDS, envNames} from '../src/lib/config/schema.ts';
import {MAPS} from '../src/lib/config/maps.ts';
import type {AnyField} from '../src/lib/config/schema.ts';
import {CUSTOM_NETWORK, NETWORKS} from '../src/lib/config/networks.ts';

const HEAD = `# Configuration

<!-- Made from src/lib/config/schema.ts; after a change: npx vitest run test/unit/config/reference.test.ts -u -->

\`aos\` reads the reference operator's \`config.yaml\`, with a few keys of its own. The file is the first of:
\`-c FILE\`, \`AOS_CONFIG\`, \`./config.yaml\`, \`$AOS_HOME/config.yaml\` (without AOS_HOME \`~/.config/aos/config.yaml\`),
\`/etc/aos/config.yaml\`.

A value comes from the first of: flag, environment variable, file, preset of \`network\`, default. An empty value counts
as absent. In a variable, items of a list are separated by commas. Addresses and keys need no quotes.

- Times: \`500ms\`, \`30s\`, \`10m\`, \`1h30m\`, \`3d\`, or plain seconds.
- Addresses: 0x and 40 hex digits; letters in mixed case must have the right EIP-55 checksum.
- Paths: relative ones start at the directory of the file; those of variables are absolute. \`~/\` is home; \`~name/\` and \`$VARIABLE\` are refused,
  since only a shell expands them (a file of such a name: \`./~name\`).
- Values are plain ASCII, but for paths: a character that is not seen (zero-width, no-break space, soft hyphen) or that only looks right (typographic
  quotes and dashes, full-width digits, Cyrillic letters) is refused with its line, its position and what to type instead.
- Nothing is filled in: \`\${NAME}\`, \`$NAME\`, \`%NAME%\`, \`{{name}}\` and \`<name>\` are refused with the variable that sets the key instead, which outranks the file.
- \`node_id\` and \`signer_key\` may also be at top level. The keys of the newest reference file mean the same as ours:
  \`dispatcher.dispatcher_url\` and \`dispatcher.dispatcher_address\` are \`net.dispatcher_url\` and \`node.dispatcher_address\`; \`net.worker_url\` is
  \`workers.opml.url\`, or that of the kind in \`node.node_type\`. Two names of one key must say the same.
- \`version\` is in files that \`aos\` wrote ([ADR 27](adr/0027-version-of-a-file.md)); a file of a later \`aos\` is refused.
- \`aos run\` refuses to start when \`node.node_type\` is a kind that is not among the workers; the other commands do not.
- The published tee worker sends its answers to 127.0.0.1:21001 alone: in a container it shares the network of \`aos\`. Without
  \`workers.zkml.known_good\` no \`false\` of a zkml worker is sent.
- A raw private key in \`signer_key\` is refused (exit 77); the message says how to move it into Web3Signer.
- \`HTTP_PROXY\`, \`HTTPS_PROXY\`, \`ALL_PROXY\` and \`NO_PROXY\` decide how RPC, webhook and metadata are reached ([ways out](network.md)).
- All errors are reported at once (exit 78); unknown keys only cause a warning.

A file to start from:

\`\`\`yaml
network: mainnet
node:
  node_id: 0x1111111111111111111111111111111111111111 # the address of your own key
  signer_key: http://127.0.0.1:9000
  vrf_key_file: ./vrf.key # 64 hex digits, mode 0600
net:
  dispatcher_url: dispatcher.example.org:8081
chain:
  chain_rpc_url: https://rpc.example.org
  vrf_range_contract: 0x27e4384ecc11810c2F49914390052b22c4e3CcC0 # the contract of your network
# workers:
#   tee:
#     url: http://127.0.0.1:3000
#     root: ./nitro-root.pem # with registers: answers are sent only with a valid attestation
#     pcrs:
#       0: [4b4d5b3661b3efc12920900c80e126e4ce783c522de6c02a2a5bf7af3a2b9327b86776f188e4be1c1c404a129dbda493]
\`\`\`
`;

/** Makes the reference of every key as Markdown; docs/config.md is this text. */
export function configReference(): string {
  const sections = new Map<string, AnyField[]>();
  for (const field of ALL_FIELDS) {
    const section = field.path.includes('.') ? field.path.slice(0, field.path.indexOf('.')) : '';
    sections.set(section, [...(sections.get(section) ?? []), field]);
  }
  const parts = [HEAD];
  for (const [section, fields] of sections) {
    parts.push(
      `## ${section === '' ? 'Top level' : `\`${section}\``}\n\n${[...fields.map(entry), ...mapsOf(section)].join('\n')}\n`,
    );
  }
  return [...parts, networks()].join('\n');
}

function entry(field: AnyField): string {
  const facts = [
    ...(field.fallback === null ? [] : [`default \`${field.fallback}\``]),
    `example \`${field.example}\``,
    ...envNames(field)
      .slice(0, 1)
      .map((name) => `variable \`${name}\``),
  ];
  const form =
    field.kind === 'unused'
      ? 'not used'
      : field.kind === 'many'
        ? `list of ${field.type.name}`
        : field.type.name;
  return `- \`${field.path}\` (${form.replaceAll('\\|', 'or')}): ${field.meaning}<br>${facts.join(' · ')}`;
}

/** The sections with free names in a section of the file. */
function mapsOf(section: string): string[] {
  return MAPS.filter(({path}) => path.startsWith(`${section}.`)).flatMap(({path, meaning, keys}) => [
    `- \`${path}\` (a section for each name): ${meaning}`,
    ...Object.entries(keys).map(
      ([key, {type, meaning: about, example}]) =>
        `- \`${path}.NAME.${key}\` (${type.name}): ${about}<br>example \`${example}\``,
    ),
  ]);
}

function networks(): string {
  const lists = NETWORKS.map(({name, values, retired}) => {
    const lines = Object.entries(values).map(([path, value]) => `- \`${path}\`: \`${value}\``);
    const note =
      retired === null
        ? ''
        : `The network ${retired}. It is refused until \`chain.contracts.registry\` is set.\n\n`;
    return `### ${name}\n\n${note}${lines.join('\n')}\n`;
  });
  return `## Networks\n\nWithout \`network\` the network is \`${CUSTOM_NETWORK}\`: nothing is preset.\n\n${lists.join('\n')}`;
}
