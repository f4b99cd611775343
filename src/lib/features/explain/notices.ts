/** Something that is said along the way (`warnings`, log lines, answers of the control socket) and ends nothing. */
type Notice = {means: string; next: string; causes: readonly string[]};

/** Every code that is no error of the error table. */
// prettier-ignore
export const NOTICES = {
  UNKNOWN_KEY: {means: 'The configuration has a key that aos does not know; it is ignored.', next: 'Correct or remove the line that is named.', causes: ['A mistyped key.', 'A key of a newer aos.']},
  UNKNOWN_VARIABLE: {means: 'An AOS_ variable of the environment is none that aos knows; it is ignored.', next: 'Correct or unset it.', causes: ['A mistyped name.']},
  SECTION_UNUSED: {means: 'A section of the reference operator’s file is not needed here.', next: 'Nothing to do; it can be removed.', causes: ['The file comes from the reference operator.']},
  INLINE_VRF_KEY: {means: 'The configuration holds the VRF seed itself.', next: 'Put it into a file of mode 0600 and name that in node.vrf_key_file.', causes: ['The file comes from the reference operator.']},
  FILE_READABLE: {means: 'A file with a secret can be read by other users of this machine.', next: 'chmod 600 the file that is named.', causes: ['It was made without umask 077.']},
  KIND_UNSUPPORTED: {means: 'A kind of worker is configured that aos cannot drive; its jobs are answered as unsupported.', next: 'Remove the section, or leave it for a later version.', causes: ['node.node_type or workers names it.']},
  CALLBACK_UNREACHABLE: {means: 'Workers are told an address that aos does not listen on from outside.', next: 'Set workers.callback_listen, or a loopback net.callback_url.', causes: ['net.outer_url is taken for answers of workers, too.']},
  GAS_LOW: {means: 'node_id cannot pay for one transaction.', next: 'Send ETH to node_id.', causes: ['Gas is dear at the moment, or the balance is used up.']},
  INIT_TROUBLE: {means: 'Something that was looked at while the configuration was made did not answer; the file says so in a comment.', next: 'aos doctor', causes: ['It is not running yet, or its address is wrong.']},
  NO_WAY_BACK: {means: 'The AOS service manager as published never lets an address back in after it has left.', next: 'Register with another address, if at all.', causes: ['The contract keeps everyone who ever was on its list.']},
  KEY_SHARED: {means: 'The same key was used for the operator’s account and for the VRF.', next: 'Make a new VRF key: aos config migrate FILE --new-vrf-key', causes: ['The sample file of the reference operator has it so.']},
  KEY_OF_OTHER: {means: 'The private key in the old file is not the key of node_id.', next: 'Correct node_id or signer_key, then run the command again.', causes: ['One of the two is of another operator, or was mistyped.']},
  KEY_WAS_PLAIN: {means: 'The private key stood in a file that others may have read or copied.', next: 'Think of moving to a new key; delete old copies and backups of the file.', causes: ['The reference operator wants the key itself in its file.']},
  CONTROL_BUSY: {means: 'The running operator takes no more readers on its control socket.', next: 'Close another aos dash or aos status --watch.', causes: ['Readers that hang: each keeps its place until it ends.']},
  CONTROL_REQUEST: {means: 'A request on the control socket is none that the operator knows.', next: 'Use the aos that the operator was started with.', causes: ['A program of another version asks.']},
  OFFLINE: {means: 'The network has not reached this node for longer than three of its probes; beyond the offline grace that may cost stake.', next: 'aos doctor --only ping', causes: ['The machine has lost its network, or a firewall or router no longer lets probes through.', 'net.rest_url listens elsewhere than the network asks.', 'Nobody probes any node: the network itself is down.']},
  RESULT_EXPIRED: {means: 'An answer was kept and sent until the retention was over, and the dispatcher never accepted it.', next: 'aos job list --state expired', causes: ['The dispatcher was away, or refused it: aos job show ID says which.', 'store.retention is shorter than the outage was.']},
  OPERATOR_STOPPED: {means: 'The operator ended by itself, since it could not go on safely.', next: 'aos doctor', causes: ['A disk that takes no more writes.', 'On a devnet: the network it was started with has ended.']},
  TEST: {means: 'An alert that aos alert test has sent.', next: 'Nothing to do.', causes: ['Somebody looks whether alerts arrive.']},
} as const satisfies Readonly<Record<string, Notice>>;
