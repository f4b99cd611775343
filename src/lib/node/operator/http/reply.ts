import type {ServerResponse} from 'node:http';
import type {Socket} from 'node:net';

/** The words of the statuses that are sent without Node's server. */
const REASONS = {
  200: 'OK',
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
} as const;

/** Answers the one request of a connection, and ends it. */
export function answerAndEnd(
  socket: Socket,
  status: keyof typeof REASONS,
  {
    body,
    type,
    hasBody = true,
  }: {body: string; type: 'text/plain; charset=utf-8' | 'application/json'; hasBody?: boolean},
): void {
  const head = [
    `HTTP/1.1 ${status} ${REASONS[status]}`,
    `Content-Type: ${type}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'Connection: close',
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${hasBody ? body : ''}`);
  socket.destroySoon();
}

/** Refuses the one request of a connection, and ends it. */
export function refuseAndEnd(socket: Socket, status: keyof typeof REASONS, why: string): void {
  answerAndEnd(socket, status, {body: JSON.stringify({code: status, result: why}), type: 'application/json'});
}

/**
 * Sends what a worker is answered with, and ends the connection: one that is kept would be closed for newer ones at any
 * time, also when the worker just sends its next answer.
 */
export function sendJson(response: ServerResponse, status: number, body: object): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(status, {'content-type': 'application/json', connection: 'close'});
  response.end(JSON.stringify(body));
}

export function sendRefusal(response: ServerResponse, status: number, why: string): void {
  sendJson(response, status, {code: status, result: why});
}
