import {run, say} from '../../next-step/next-step.ts';

/** The port of the operator's own HTTP server. See CODES in table.ts. */
export const PORT = {
  PORT_CROWDED: {
    exit: 'unavailable',
    category: 'network',
    means:
      'Far more connections come to net.rest_url than a network opens; the oldest idle ones are closed, and /ping is answered meanwhile.',
    next: say(
      'Let a firewall limit new connections to that port for each address (docs/handbook/firewall.md).',
    ),
    causes: [
      'One host, or many, keep connections open without a request: a flood, or a broken health check.',
      'A reverse proxy before the port is not in net.trusted_proxies, so its connections count as those of one address.',
    ],
  },
  PORT_NOT_ACCEPTING: {
    exit: 'unavailable',
    category: 'network',
    means: 'The system gives the operator no more connections, so /ping and callbacks may be refused.',
    next: say('Raise the limit of open files: ulimit -n, LimitNOFILE= of the service.'),
    causes: [
      'The limit of open files is reached: ls /proc/PID/fd | wc -l',
      'The machine has no memory left for sockets.',
    ],
  },
  CALLBACK_FROM_OUTSIDE: {
    exit: 'unavailable',
    category: 'network',
    means: 'Something that is no worker of this machine asked for the routes of workers, and was refused.',
    next: say('Let the proxy pass on /ping alone, or set workers.callback_listen.'),
    causes: [
      'A reverse proxy or a tunnel on this machine passes on more than /ping.',
      'A web page, or a name that points to 127.0.0.1, was used.',
      'A worker sends another Host than 127.0.0.1 or localhost: correct net.callback_url.',
    ],
  },
  PROBES_FROM_OTHERS: {
    exit: 'unavailable',
    category: 'network',
    means:
      'The addresses that asked /ping regularly are silent, and only others ask: the network may not reach this node any more.',
    next: run('doctor', ['--only', 'ping']),
    causes: [
      'A firewall or a route keeps the network’s online detection out, and lets others in.',
      'The network asks from another address now: this ends by itself after five minutes of its probes.',
      'Someone else stopped asking: a monitor, or a flood.',
    ],
  },
  PROXY_NOT_TRUSTED: {
    exit: 'unavailable',
    category: 'network',
    means:
      'A proxy on this machine passes /ping on, but it is not known who asked, so those probes do not count.',
    next: say('Set net.trusted_proxies to the address of the proxy, and let it send X-Forwarded-For.'),
    causes: [
      'net.trusted_proxies does not name the proxy.',
      'The proxy sends no X-Forwarded-For, or passes on the one of the client beside another Forwarded.',
    ],
  },
} as const;
