/** Of the chosen nodes alone. */
const ME = 'instance=~"$instance"';

/**
 * Each row: title and panels. A panel: title, unit of Grafana, queries by legend; `wide` in 24ths. `good`: the least value
 * that is green.
 */
export const ROWS = [
  [
    'Does it earn?',
    [
      {
        title: 'Verdict',
        wide: 6,
        stat: true,
        queries: [[`max by (state) (aos_verdict{${ME}} == 1)`, '{{state}}']],
      },
      {
        title: 'Offline allowance left',
        wide: 6,
        stat: true,
        unit: 'percentunit',
        good: 0.5,
        queries: [
          [
            `aos_offline_allowance_left_seconds{${ME}} / aos_offline_allowance_seconds{${ME}}`,
            '{{instance}}',
          ],
        ],
      },
      {
        title: 'Dispatcher connected',
        wide: 4,
        stat: true,
        good: 1,
        queries: [[`aos_dispatcher_connected{${ME}}`, '{{instance}}']],
      },
      {
        title: 'Since the last probe',
        wide: 4,
        stat: true,
        unit: 's',
        queries: [[`time() - aos_last_probe_timestamp_seconds{${ME}}`, '{{instance}}']],
      },
      {
        title: 'Performance score',
        wide: 4,
        stat: true,
        good: 95,
        queries: [[`eigen_performance_score{${ME}}`, '{{instance}}']],
      },
      {title: 'Parts that work', wide: 12, queries: [[`aos_part_up{${ME}}`, '{{part}}']]},
      {
        title: 'Links of the chain that ends in earning',
        wide: 12,
        queries: [[`count by (state) (aos_link{${ME}})`, '{{state}}']],
      },
    ],
  ],
  [
    'Jobs',
    [
      {
        title: 'Jobs by what happened to them',
        wide: 12,
        unit: 'cps',
        queries: [[`sum by (event) (rate(aos_jobs_total{${ME}}[$__rate_interval]))`, '{{event}}']],
      },
      {
        title: 'Jobs that wait',
        wide: 12,
        queries: [
          [`sum by (state) (aos_jobs_open{${ME}})`, '{{state}}'],
          [`aos_jobs_pending{${ME}}`, 'in the journal'],
          [`aos_answers_held{${ME}}`, 'with a held answer'],
        ],
      },
      {
        title: 'Stages, 95 %',
        wide: 12,
        unit: 's',
        queries: [
          [
            `histogram_quantile(0.95, sum by (le, stage) (rate(aos_job_stage_seconds_bucket{${ME}}[$__rate_interval])))`,
            '{{stage}}',
          ],
        ],
      },
      {
        title: 'Jobs of the last day',
        wide: 12,
        queries: [[`aos_jobs_recent{${ME},window="day"}`, '{{what}}']],
      },
    ],
  ],
  [
    'Workers',
    [
      {
        title: 'Workers that work',
        wide: 8,
        queries: [
          [`aos_workers_well{${ME}}`, '{{kind}} well'],
          [`aos_workers{${ME}}`, '{{kind}} configured'],
        ],
      },
      {
        title: 'Requests at workers',
        wide: 8,
        queries: [
          [`aos_worker_requests{${ME}}`, '{{kind}} open'],
          [`aos_worker_places{${ME}}`, '{{kind}} places'],
        ],
      },
      {
        title: 'Tries again',
        wide: 8,
        unit: 'cps',
        queries: [[`sum by (what) (rate(aos_retries_total{${ME}}[$__rate_interval]))`, '{{what}}']],
      },
    ],
  ],
  [
    'Signer and network',
    [
      {
        title: 'Signing time',
        wide: 8,
        unit: 's',
        queries: [[`aos_signer_seconds{${ME}}`, 'quantile {{quantile}}']],
      },
      {
        title: 'Signatures and failures of ten minutes',
        wide: 8,
        queries: [
          [`aos_signer_signatures{${ME}}`, 'signatures'],
          [`aos_signer_errors{${ME}}`, 'failures'],
        ],
      },
      {
        title: 'Probes a minute',
        wide: 8,
        queries: [[`60 * sum by (via) (rate(aos_probes_total{${ME}}[$__rate_interval]))`, '{{via}}']],
      },
      {
        title: 'Outages of the last day',
        wide: 8,
        queries: [[`increase(aos_outages_total{${ME}}[1d])`, '{{cause}}']],
      },
      {
        title: 'Connections to the dispatcher that ended, of an hour',
        wide: 8,
        queries: [[`increase(aos_dispatcher_disconnects_total{${ME}}[1h])`, '{{how}}']],
      },
      {
        title: 'Messages that were not acted on, of an hour',
        wide: 8,
        queries: [[`increase(aos_messages_rejected_total{${ME}}[1h])`, '{{instance}}']],
      },
    ],
  ],
  [
    'Chain',
    [
      {
        title: 'Stake in the registry',
        wide: 8,
        queries: [[`eigen_registered_stakes{${ME}} / 1e18`, '{{quorum_name}}']],
      },
      {
        title: 'Registrations that the gas pays for',
        wide: 4,
        stat: true,
        good: 10,
        queries: [[`aos_gas_registrations{${ME}}`, '{{instance}}']],
      },
      {title: 'Slashed', wide: 4, stat: true, queries: [[`eigen_slashing_status{${ME}}`, '{{instance}}']]},
      {
        title: 'Open challenges',
        wide: 4,
        stat: true,
        queries: [[`aos_challenges_open{${ME}}`, '{{instance}}']],
      },
      {
        title: 'Share of all jobs',
        wide: 4,
        stat: true,
        unit: 'percentunit',
        queries: [[`aos_range_share{${ME}}`, '{{instance}}']],
      },
      {
        title: 'Requests to the RPC, 95 %',
        wide: 12,
        unit: 's',
        queries: [
          [
            `histogram_quantile(0.95, sum by (le, method) (rate(eigen_rpc_request_duration_seconds_bucket{${ME}}[$__rate_interval])))`,
            '{{method}}',
          ],
        ],
      },
      {
        title: 'Age of the newest block',
        wide: 12,
        unit: 's',
        queries: [[`time() - aos_chain_block_timestamp_seconds{${ME}}`, '{{instance}}']],
      },
    ],
  ],
  [
    'Machine',
    [
      {
        title: 'Event loop: delay, 99 %',
        wide: 8,
        unit: 's',
        queries: [[`aos_event_loop_delay_seconds{${ME},quantile="0.99"}`, '{{instance}}']],
      },
      {
        title: 'Processor',
        wide: 8,
        unit: 'percentunit',
        queries: [
          [
            `sum by (instance) (rate(aos_process_cpu_seconds_total{${ME}}[$__rate_interval]))`,
            '{{instance}}',
          ],
        ],
      },
      {title: 'Memory', wide: 8, unit: 'bytes', queries: [[`aos_process_memory_bytes{${ME}}`, '{{kind}}']]},
      {title: 'Journal', wide: 8, unit: 'bytes', queries: [[`aos_journal_bytes{${ME}}`, '{{instance}}']]},
      {
        title: 'Free on its disk',
        wide: 8,
        unit: 'bytes',
        queries: [[`aos_disk_free_bytes{${ME}}`, '{{instance}}']],
      },
      {
        title: 'Logical clock: ticks ahead of the dispatcher',
        wide: 8,
        queries: [[`aos_clock_ahead{${ME}}`, '{{instance}}']],
      },
    ],
  ],
];
