/** Numbers, times and states as people read them, in their language. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Figure, Run, State } from './contract';

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

/** `2` → "2", `0.123456` → "0.123", `12345` → "12,345": three significant digits, none invented. */
export function quantity(value: number): string {
  const digits = Math.abs(value) >= 1000 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 };
  return value.toLocaleString(undefined, digits);
}

/** Bytes as "1.2 GB", in powers of ten as disks are sold and downloads are counted. */
export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let rest = count;
  let unit = 0;
  while (rest >= 999.5 && unit < units.length - 1) {
    rest /= 1000;
    unit += 1;
  }
  return `${rest.toLocaleString(undefined, { maximumSignificantDigits: rest >= 99.5 ? 3 : 2 })} ${units[unit] ?? ''}`;
}

/** MiB as "1.2 GB". */
export function mebibytes(count: number): string {
  return bytes(count * 1024 * 1024);
}

/** Seconds as "45 s", "1 min 35 s", "2 h 5 min", "3 d 4 h". */
export function duration(seconds: number, trans: TranslationBundle): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < MINUTE) {
    return trans.__('%1 s', whole);
  }
  if (whole < HOUR) {
    return trans.__('%1 min %2 s', Math.floor(whole / MINUTE), whole % MINUTE);
  }
  if (whole < DAY) {
    return trans.__('%1 h %2 min', Math.floor(whole / HOUR), Math.floor((whole % HOUR) / MINUTE));
  }
  return trans.__('%1 d %2 h', Math.floor(whole / DAY), Math.floor((whole % DAY) / HOUR));
}

/** How long ago, roughly: "just now", "5 min ago", "3 h ago", "12 d ago". */
export function ago(then: number, now: number, trans: TranslationBundle): string {
  const past = now - then;
  if (past < MINUTE) {
    return trans.__('just now');
  }
  if (past < HOUR) {
    return trans.__('%1 min ago', Math.floor(past / MINUTE));
  }
  if (past < DAY) {
    return trans.__('%1 h ago', Math.floor(past / HOUR));
  }
  return trans.__('%1 d ago', Math.floor(past / DAY));
}

export function stateWord(state: State, trans: TranslationBundle): string {
  const words: Record<State, string> = {
    queued: trans.__('queued'),
    starting: trans.__('starting'),
    running: trans.__('running'),
    stopping: trans.__('stopping'),
    stopped: trans.__('stopped'),
    finished: trans.__('finished'),
    failed: trans.__('failed'),
    crashed: trans.__('crashed')
  };
  return words[state];
}

export function kindWord(kind: string, trans: TranslationBundle): string {
  const words: Record<string, string> = {
    tune: trans.__('Tune'),
    sweep: trans.__('Sweep'),
    evaluate: trans.__('Evaluate'),
    answer: trans.__('Answer'),
    get: trans.__('Get'),
    publish: trans.__('Publish'),
    export: trans.__('Export')
  };
  return words[kind] ?? (kind ? kind.charAt(0).toUpperCase() + kind.slice(1) : trans.__('Run'));
}

/** What a run is called in one line: its kind, the model and the data, what there is of them. */
export function runName(
  run: { kind: string; model: string; data: string },
  trans: TranslationBundle
): string {
  const subject = [run.model, run.data].filter(Boolean).join(' · ');
  return [kindWord(run.kind, trans), subject].filter(Boolean).join(' ');
}

/** The key figure with what it measures: "val. accuracy 0.84". */
export function figureWords(figure: Figure | null): string {
  if (!figure) {
    return '';
  }
  const value = figure.share ? figure.value.toFixed(2) : quantity(figure.value);
  return [figure.words, value, figure.part && `(${figure.part})`].filter(Boolean).join(' ');
}

/** Seconds that a run still needs, as of now; null where nobody knows. */
export function left(run: Run, now: number): number | null {
  return run.over || run.eta_s === null ? null : Math.max(run.eta_s - (now - run.updated), 0);
}

/** The part that is done, from 0 to 1; null where the whole is not known. */
export function share(run: { done: number; total: number | null }): number | null {
  return run.total ? Math.min(Math.max(run.done / run.total, 0), 1) : null;
}
