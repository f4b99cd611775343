/** Of the jobs that came within a time: how many there are, and what became of them so far. */
export type JobRate = {
  received: number;
  accepted: number;
  /** Those that a worker of this node has to answer, and those that one has answered. */
  selected: number;
  answered: number;
  /** From the arrival to the acceptance, right to 5 %; null: none is accepted. */
  p95Ms: number | null;
};

/** Of the last hour, and of the last day. */
export type JobRates = {hour: JobRate; day: JobRate};
