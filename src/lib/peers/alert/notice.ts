/** One alert as the services get it: its text is safe for a chat already, and its times are RFC 3339. */
export type Notice = {
  /** The same for all alerts of one matter. */
  key: string;
  state: 'problem' | 'reminder' | 'recovered' | 'test';
  severity: 'critical' | 'warning' | 'info';
  subject: string;
  code: string;
  message: string;
  /** What to do next; '' when there is nothing. */
  next: string;
  since: string;
  at: string;
  nodeId: string;
  network: string;
  host: string;
  version: string;
  /** All of it in one line. */
  text: string;
};

/** What a service said when it took an alert. */
export type Receipt = {
  /** Scheme and host of the service; the rest is a secret. */
  place: string;
  /** HTTP status, or the SMTP code. */
  status: number;
  /** What is to be known of it beside; null: nothing. */
  note: string | null;
};

/** A way to people: one service, with its own form of a request. */
export type Channel = {
  /** @throws AosError ALERT_UNREACHABLE | ALERT_REFUSED | ALERT_SECRET_MISSING | ALERT_SECRET_INVALID | KEY_UNSAFE, or the signal's reason */
  send(notice: Notice, signal: AbortSignal): Promise<Receipt>;
  close(): Promise<void>;
};
