import {UNIT_MARK} from '../../foundation/system/own-unit.ts';

/** Whose service manager runs the unit. */
export const SCOPES = ['system', 'user'] as const;
export type Scope = (typeof SCOPES)[number];

/** What a unit is made from; every path is absolute and has none of the signs that {@link isPlainPath} refuses. */
export type UnitPlan = {
  scope: Scope;
  /** Without `.service`. */
  name: string;
  version: string;
  /** The user of a system unit; null: that of the user's manager. */
  account: string | null;
  /** The program and its arguments. */
  command: readonly string[];
  /** The folder of the documents. */
  docs: string;
  environment: Readonly<Record<string, string>>;
  /** Secrets that systemd reads as root and shows to the service alone, by their names. */
  credentials: Readonly<Record<string, string>>;
  /** `NAME` of `/var/lib/NAME`, which systemd makes and gives to the account; null: the state is elsewhere. */
  stateDirectory: string | null;
  /** Other directories in which the operator writes. */
  writable: readonly string[];
  /** Something that it reads is below /home or /root. */
  readsHomes: boolean;
  /** It listens on a port below 1024. */
  lowPort: boolean;
  /** How long a stop may take, in seconds. */
  stopSeconds: number;
};

/** Restarts for most of the offline allowance of an hour, one each ten seconds and start. */
const RESTARTS = {everySeconds: 10, within: '1h', atMost: 300};
/** Usage, data, refused and configuration: a restart cures none of them. */
const NO_RESTART = '64 65 77 78';

/** Whether a path can stand in a unit as it is: no white space, quotes or control characters. */
export function isPlainPath(path: string): boolean {
  return /^\/[^\s"'\\\p{C}]*$/u.test(path);
}

/** The text of the unit file. */
export function unitText(plan: UnitPlan): string {
  const {scope, name, version, account, command, docs, stopSeconds} = plan;
  const lines = [
    `${UNIT_MARK} (aos ${version}); aos service uninstall removes it.`,
    `# Change it with: systemctl ${scope === 'user' ? '--user ' : ''}edit ${name}`,
    '',
    '[Unit]',
    'Description=AOS operator',
    `Documentation=file://${escaped(docs)}/services.md`,
    ...(scope === 'system'
      ? ['Wants=network-online.target', 'After=network-online.target time-sync.target']
      : []),
    `StartLimitIntervalSec=${RESTARTS.within}`,
    `StartLimitBurst=${RESTARTS.atMost}`,
    '',
    '[Service]',
    'Type=exec',
    ...(account === null ? [] : [`User=${account}`]),
    `ExecStart=${command.map(escaped).join(' ')}`,
    // The kill of the shell: a bare Debian has no program of that name.
    "ExecReload=/bin/sh -c 'kill -HUP $$MAINPID'",
    ...Object.entries(plan.environment).map(([key, value]) => `Environment=${key}=${escaped(value)}`),
    ...Object.entries(plan.credentials).map(([id, path]) => `LoadCredential=${id}:${escaped(path)}`),
    'Restart=on-failure',
    `RestartSec=${RESTARTS.everySeconds}`,
    'SuccessExitStatus=130 143',
    `RestartPreventExitStatus=${NO_RESTART}`,
    'KillMode=mixed',
    `TimeoutStopSec=${stopSeconds}`,
    'LimitNOFILE=65536',
    'LimitCORE=0',
    'UMask=0077',
    '',
    ...callLimits(),
    ...(scope === 'system' ? systemLimits(plan) : []),
    '',
    '[Install]',
    `WantedBy=${scope === 'system' ? 'multi-user.target' : 'default.target'}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** Limits that every service manager can set. MemoryDenyWriteExecute is not among them: V8 makes code at run time. */
function callLimits(): string[] {
  return [
    'NoNewPrivileges=yes',
    'LockPersonality=yes',
    'RestrictRealtime=yes',
    'RestrictSUIDSGID=yes',
    'RestrictNamespaces=yes',
    // AF_NETLINK: Node reads the addresses of this machine by it.
    'RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK',
    'SystemCallArchitectures=native',
    'SystemCallFilter=@system-service',
    'SystemCallFilter=~@privileged @resources',
    'SystemCallErrorNumber=EPERM',
  ];
}

/**
 * Limits that only root can set. Not among them: ProcSubset=pid hides the id of the boot, RemoveIPC would remove the locks of
 * another node of the same user.
 */
function systemLimits({stateDirectory, writable, readsHomes, lowPort}: UnitPlan): string[] {
  const capability = lowPort ? 'CAP_NET_BIND_SERVICE' : '';
  return [
    `CapabilityBoundingSet=${capability}`,
    `AmbientCapabilities=${capability}`,
    'ProtectSystem=strict',
    `ProtectHome=${readsHomes ? 'read-only' : 'yes'}`,
    ...(stateDirectory === null ? [] : [`StateDirectory=${stateDirectory}`, 'StateDirectoryMode=0700']),
    ...writable.map((dir) => `ReadWritePaths=${escaped(dir)}`),
    'PrivateTmp=yes',
    'PrivateDevices=yes',
    'DevicePolicy=closed',
    'ProtectClock=yes',
    'ProtectControlGroups=yes',
    'ProtectHostname=yes',
    'ProtectKernelLogs=yes',
    'ProtectKernelModules=yes',
    'ProtectKernelTunables=yes',
    'ProtectProc=invisible',
    'KeyringMode=private',
  ];
}

/** In a unit `%` begins a specifier, and `$` a variable. */
function escaped(word: string): string {
  return word.replaceAll('%', '%%').replaceAll('$', () => '$$');
}
