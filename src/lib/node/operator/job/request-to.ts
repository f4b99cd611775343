import type {DispatchJob, WorkerKind} from '../../../protocol/wire/messages.ts';
import type {WorkerRequest} from '../ports.ts';
import type {Workers} from './parts.ts';

/** The request to a worker for a job, under an id that is ours. */
export function requestTo(
  kind: WorkerKind,
  requestId: string,
  {model, prompt, params}: DispatchJob,
  {nodeId, callbackUrl, requests}: Pick<Workers, 'nodeId' | 'callbackUrl' | 'requests'>,
): WorkerRequest {
  const replied: WorkerRequest['replied'] = (reply) => requests.replied(kind, requestId, reply);
  return {requestId, nodeId, model, prompt, params, callbackUrl, replied};
}
