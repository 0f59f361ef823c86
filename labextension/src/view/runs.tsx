/** The section on runs: find, compare, and one row for each. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { useEffect, useState } from 'react';
import type { Client } from '../model/client';
import type { Runs } from '../model/runs';
import { useChanged, useNow } from './changed';
import { Act, Nothing, Waiting } from './part';
import type { RunDeeds } from './run';
import { RunRow } from './run';

export interface RunsDeeds extends RunDeeds {
  compare(): void;
}

interface Props {
  runs: Runs;
  client: Client;
  deeds: RunsDeeds;
  trans: TranslationBundle;
}

const TYPING_MS = 250;

export function RunsSection({ runs, client, deeds, trans }: Props) {
  useChanged(runs.changed);
  const list = runs.watch.value;
  const now = useNow(runs.shown.some(run => !run.over)) / 1000 + client.ahead;
  if (!list) {
    return <Waiting trouble={runs.watch.trouble} words={trans.__('Looking for runs …')} trans={trans} />;
  }
  return (
    <div className="jp-KitRuns">
      {(list.total > 0 || runs.text) && <Tools runs={runs} deeds={deeds} trans={trans} />}
      {list.runs.length === 0 && <Nothing>{emptyWords(runs, trans)}</Nothing>}
      <ul className="jp-KitList" aria-label={trans.__('Runs')}>
        {list.runs.map(run => (
          <RunRow key={run.id} run={run} runs={runs} deeds={deeds} now={now} trans={trans} />
        ))}
      </ul>
      {list.total > list.runs.length && (
        <Act
          text={trans.__('Show more of %1', list.total)}
          label={trans.__('Show more of the %1 runs', list.total)}
          act={() => {
            runs.showMore();
          }}
        />
      )}
    </div>
  );
}

function emptyWords(runs: Runs, trans: TranslationBundle): string {
  return runs.text
    ? trans.__('No run has all of these words: %1', runs.text)
    : trans.__('No runs yet. What is started in a notebook, a terminal or an app shows up here.');
}

function Tools({ runs, deeds, trans }: Omit<Props, 'client'>) {
  const few = runs.comparing.length < 2;
  return (
    <div className="jp-KitRow jp-KitRuns-tools">
      <Find runs={runs} trans={trans} />
      <Act
        text={few ? trans.__('Compare') : trans.__('Compare %1', runs.comparing.length)}
        label={trans.__('Open a notebook that compares the ticked runs')}
        barred={few ? trans.__('Tick two or more runs to compare them.') : ''}
        act={() => {
          deeds.compare();
        }}
      />
    </div>
  );
}

function Find({ runs, trans }: { runs: Runs; trans: TranslationBundle }) {
  const [text, setText] = useState(runs.text);
  useEffect(() => {
    const timer = setTimeout(() => {
      runs.find(text);
    }, TYPING_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [runs, text]);
  return (
    <input
      type="search"
      value={text}
      placeholder={trans.__('Find runs')}
      aria-label={trans.__('Find runs by kind, model, data, state or cause')}
      onChange={event => {
        setText(event.target.value);
      }}
    />
  );
}
