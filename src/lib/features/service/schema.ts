import * as v from 'valibot';
import type {ResultEntry} from '../../cli/schema/entry.ts';
import {count, next, schemaOf} from '../../cli/schema/parts.ts';
import {CHECK_STATES} from '../../foundation/check/check.ts';
import type {InstallResult} from './install.ts';
import {SERVICE_CHECKS, type ServiceStatus} from './status.ts';
import type {UninstallResult} from './uninstall.ts';
import {SCOPES} from './unit-text.ts';

const unit = {unit: v.string(), scope: v.picklist(SCOPES), file: v.string()};
const commands = v.pipe(v.array(v.string()), v.description('what to type, in this order'));

export const serviceInstall: ResultEntry = {
  summary: 'aos service install: the unit that was written, and what to type.',
  result: schemaOf<InstallResult>()(
    v.object({
      ...unit,
      became: v.picklist(['written', 'replaced', 'same', 'planned']),
      runAs: v.string(),
      config: v.string(),
      journal: v.string(),
      text: v.pipe(v.string(), v.description('of the unit file')),
      commands,
    }),
  ),
};

export const serviceUninstall: ResultEntry = {
  summary: 'aos service uninstall: the unit that was removed.',
  result: schemaOf<UninstallResult>()(v.object({...unit, commands})),
};

export const serviceStatusEntry: ResultEntry = {
  summary: 'aos service status: the unit, and what systemd says of it.',
  result: schemaOf<ServiceStatus>()(
    v.object({
      ...unit,
      verdict: v.picklist(['ok', 'warn', 'fail']),
      state: v.nullable(
        v.object({
          active: v.string(),
          sub: v.string(),
          file: v.string(),
          result: v.string(),
          exitStatus: v.nullable(count),
          pid: v.pipe(count, v.description('0: none runs')),
          restarts: count,
          since: v.string(),
          needsReload: v.boolean(),
        }),
      ),
      checks: v.array(
        v.object({
          id: v.picklist(SERVICE_CHECKS),
          state: v.picklist(CHECK_STATES),
          found: v.string(),
          needed: v.exactOptional(v.string()),
          next,
          at: v.exactOptional(v.number()),
        }),
      ),
    }),
  ),
};
