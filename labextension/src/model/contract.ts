/** What the server answers about runs and the machine, as shapes and as types. Times are Unix seconds. */
import type { Of } from './shape';
import { list, maybe, number, object, oneOf, otherwise, point, record, text, truth } from './shape';

export const STATES = [
  'queued',
  'starting',
  'running',
  'stopping',
  'stopped',
  'finished',
  'failed',
  'crashed'
] as const;

export const figure = object({
  name: text,
  words: text,
  value: number,
  part: otherwise(text, ''),
  share: otherwise(truth, false)
});

export const curve = object({ name: text, points: list(point) });

const ofRun = {
  id: text,
  kind: text,
  model: text,
  data: text,
  state: oneOf(...STATES),
  cause: text,
  fix: text,
  created: number,
  started: maybe(number),
  ended: maybe(number),
  updated: number,
  attempt: otherwise(number, 1),
  phase: text,
  done: number,
  total: maybe(number),
  unit: text,
  eta_s: maybe(number),
  throughput: maybe(number),
  throughput_unit: otherwise(text, ''),
  memory_mib: maybe(number),
  memory_peak_mib: maybe(number),
  figure: maybe(figure),
  curve: maybe(curve),
  resumable: truth,
  comparable: otherwise(truth, true),
  over: truth,
  notebook: maybe(text)
};

export const run = object(ofRun);
export const oneRun = object({ run });
export const runList = object({ runs: list(run), total: number, living: number });

export const finding = object({
  check: otherwise(text, ''),
  level: oneOf('error', 'warning'),
  cell: maybe(number),
  line: maybe(number),
  message: text,
  fix: otherwise(text, '')
});

const publishCheck = object({
  name: text,
  title: text,
  ok: truth,
  findings: otherwise(list(finding), [])
});

/** What the server tells of its own accord when a run ends. */
export const endedRun = object({
  id: text,
  kind: text,
  model: text,
  data: text,
  state: oneOf(...STATES),
  cause: text,
  fix: text,
  figure: maybe(figure)
});

/** One run in full, as far as publishing shows it. */
export const publishing = object({
  ...ofRun,
  records: object({ check: otherwise(list(publishCheck), []) }),
  facts: object({
    files: otherwise(list(text), []),
    command: otherwise(text, ''),
    findings: otherwise(list(finding), [])
  }),
  bundle: maybe(text)
});

export const log = object({ text, offset: number, next: number, bytes: number, over: truth });

const gpu = object({
  name: text,
  memory_total_mib: number,
  memory_used_mib: number,
  load_percent: maybe(number)
});

const engine = object({ name: text, title: text, ready: truth, reason: text, add: text });

export const machine = object({
  version: text,
  cores: number,
  cpu_percent: maybe(number),
  instruction_sets: list(text),
  memory_total_mib: number,
  memory_available_mib: number,
  system: text,
  gpus: list(gpu),
  disks: list(object({ what: text, folder: text, free_bytes: number, total_bytes: number })),
  engines: list(engine),
  methods: otherwise(list(engine), []),
  problems: otherwise(list(text), [])
});

/** The shape of every refusal. */
export const refusal = object({ message: text, fix: otherwise(text, ''), type: otherwise(text, '') });

export const path = object({ path: text });
export const anything = record<unknown>(value => value);

export type Run = Of<typeof run>;
export type RunList = Of<typeof runList>;
export type Figure = Of<typeof figure>;
export type Curve = Of<typeof curve>;
export type State = Run['state'];
export type Machine = Of<typeof machine>;
export type Gpu = Of<typeof gpu>;
export type Engine = Of<typeof engine>;
export type Log = Of<typeof log>;
export type Finding = Of<typeof finding>;
export type PublishCheck = Of<typeof publishCheck>;
export type Publishing = Of<typeof publishing>;
