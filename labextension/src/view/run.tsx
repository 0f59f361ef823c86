/** One run of the list: what it is, how far it got, what it says, what can be done with it. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Run } from '../model/contract';
import type { Deed, Runs } from '../model/runs';
import {
  ago,
  duration,
  figureWords,
  kindWord,
  left,
  mebibytes,
  quantity,
  runName,
  share
} from '../model/words';
import { Act, Bar, Refusal, StateChip } from './part';
import { Sparkline } from './sparkline';

/** What a run's buttons do that is more than asking the server. */
export interface RunDeeds {
  openLog(run: Run): void;
  openNotebook(run: Run): void;
  reproduce(run: Run): void;
  remove(run: Run): void;
}

export interface RunRowProps {
  run: Run;
  runs: Runs;
  deeds: RunDeeds;
  /** The server's time, in Unix seconds. */
  now: number;
  trans: TranslationBundle;
}

export function RunRow({ run, runs, deeds, now, trans }: RunRowProps) {
  const name = runName(run, trans);
  return (
    <li className="jp-KitRun" data-state={run.state} data-run={run.id}>
      <div className="jp-KitRow">
        <Tick run={run} runs={runs} name={name} trans={trans} />
        <span className="jp-KitRun-name" title={run.id}>
          <b>{kindWord(run.kind, trans)}</b> {run.model}
        </span>
        <StateChip state={run.state} trans={trans} />
      </div>
      <p className="jp-KitMute">{[run.data, whenWords(run, now, trans)].filter(Boolean).join(' · ')}</p>
      {!run.over && <Progress run={run} name={name} now={now} trans={trans} />}
      <Reason run={run} />
      <Figures run={run} trans={trans} />
      <Acts run={run} runs={runs} deeds={deeds} name={name} trans={trans} />
      <Refusal trouble={runs.refusals.get(run.id)} trans={trans} />
    </li>
  );
}

function Tick({ run, runs, name, trans }: Pick<RunRowProps, 'run' | 'runs' | 'trans'> & { name: string }) {
  if (!run.comparable) {
    return null;
  }
  return (
    <input
      type="checkbox"
      checked={runs.chosen.has(run.id)}
      aria-label={trans.__('Compare %1', name)}
      title={trans.__('Tick two or more to compare them')}
      onChange={event => {
        runs.choose(run.id, event.target.checked);
      }}
    />
  );
}

function whenWords(run: Run, now: number, trans: TranslationBundle): string {
  if (run.over && run.ended !== null) {
    const took = run.started === null ? '' : trans.__('took %1', duration(run.ended - run.started, trans));
    return [ago(run.ended, now, trans), took].filter(Boolean).join(', ');
  }
  return run.attempt > 1 ? trans.__('attempt %1', run.attempt) : '';
}

function Progress({ run, name, now, trans }: Pick<RunRowProps, 'run' | 'now' | 'trans'> & { name: string }) {
  const seconds = left(run, now);
  const done =
    run.total === null
      ? ''
      : run.unit === 'B'
        ? trans.__('%1 %', Math.floor((share(run) ?? 0) * 100))
        : trans.__('%1 of %2 %3', quantity(run.done), quantity(run.total), run.unit);
  const words = [
    run.phase,
    done,
    seconds === null ? '' : trans.__('%1 left', duration(seconds, trans)),
    run.throughput === null ? '' : `${quantity(run.throughput)} ${run.throughput_unit}`
  ].filter(Boolean);
  const waits = run.state === 'queued';
  return (
    <>
      <Bar
        label={trans.__('Progress of %1', name)}
        share={waits ? 0 : share(run)}
        words={words.join(', ')}
        role="progressbar"
      />
      <p className="jp-KitNumber jp-KitRun-words">{words.join(' · ')}</p>
    </>
  );
}

function Reason({ run }: { run: Run }) {
  if (!run.cause) {
    return null;
  }
  const bad = run.state === 'failed' || run.state === 'crashed';
  return (
    <p className="jp-KitAlert" data-tone={bad ? 'bad' : undefined}>
      {run.cause} {run.fix && <span className="jp-KitMute">{run.fix}</span>}
    </p>
  );
}

function Figures({ run, trans }: { run: Run; trans: TranslationBundle }) {
  const memory = run.memory_peak_mib === null ? '' : trans.__('peak %1', mebibytes(run.memory_peak_mib));
  const words = [figureWords(run.figure), memory].filter(Boolean).join(' · ');
  if (!words && !run.curve) {
    return null;
  }
  return (
    <div className="jp-KitRow jp-KitRun-figures">
      <Sparkline curve={run.curve} trans={trans} />
      <span className="jp-KitNumber">{words}</span>
    </div>
  );
}

function Acts({ run, runs, deeds, name, trans }: Omit<RunRowProps, 'now'> & { name: string }) {
  const doing = runs.busy.get(run.id);
  const barred = doing ? doingWords(doing, trans) : '';
  const stops = run.state === 'stopping' ? trans.__('It is stopping.') : barred;
  return (
    <div className="jp-KitActs" role="group" aria-label={trans.__('What to do with %1', name)}>
      {!run.over && (
        <Act
          text={trans.__('Stop')}
          label={trans.__('Stop %1', name)}
          barred={stops}
          act={() => runs.stop(run.id)}
        />
      )}
      {run.resumable && (
        <Act
          text={trans.__('Resume')}
          label={trans.__('Resume %1', name)}
          barred={barred}
          act={() => runs.resume(run.id)}
        />
      )}
      <Act
        text={trans.__('Log')}
        label={trans.__('Open the log of %1', name)}
        act={() => {
          deeds.openLog(run);
        }}
      />
      {run.notebook !== null && (
        <Act
          text={trans.__('Notebook')}
          label={trans.__('Open %1, which started %2', run.notebook, name)}
          act={() => {
            deeds.openNotebook(run);
          }}
        />
      )}
      <Act
        text={trans.__('Reproduce')}
        label={trans.__('Write a notebook that reproduces %1', name)}
        barred={barred}
        act={() => {
          deeds.reproduce(run);
        }}
      />
      {run.over && (
        <Act
          text={trans.__('Delete')}
          label={trans.__('Move %1 to the trash', name)}
          barred={barred}
          act={() => {
            deeds.remove(run);
          }}
        />
      )}
    </div>
  );
}

function doingWords(deed: Deed, trans: TranslationBundle): string {
  const words: Record<Deed, string> = {
    stop: trans.__('It is being asked to stop.'),
    resume: trans.__('It is being taken up again.'),
    remove: trans.__('It is being moved to the trash.'),
    reproduce: trans.__('A notebook is being written.')
  };
  return words[deed];
}
