/** Small things that every section is made of. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { useState, type ReactNode } from 'react';
import type { State } from '../model/contract';
import type { Trouble } from '../model/trouble';
import { stateWord } from '../model/words';
import { troubleWords } from './trouble';

const TONES: Record<State, string> = {
  queued: '',
  starting: 'run',
  running: 'run',
  stopping: 'run',
  stopped: '',
  finished: 'ok',
  failed: 'bad',
  crashed: 'bad'
};

export function StateChip({ state, trans }: { state: State; trans: TranslationBundle }) {
  return (
    <span className="jp-KitChip" data-tone={TONES[state]}>
      {stateWord(state, trans)}
    </span>
  );
}

export interface ActProps {
  /** What the button says. */
  text: string;
  /** What it does, in full, for who hears the page. */
  label: string;
  act: () => unknown;
  /** Why it cannot be pressed now; '' when it can. */
  barred?: string;
  main?: boolean;
}

/** A button that looks like a link. One that cannot be pressed stays in reach, so that its reason can be read. */
export function Act({ text, label, act, barred = '', main = false }: ActProps) {
  return (
    <button
      type="button"
      className={main ? 'jp-KitButton' : 'jp-KitAct'}
      aria-label={label}
      aria-disabled={barred ? true : undefined}
      title={barred || label}
      onClick={() => {
        if (!barred) {
          void act();
        }
      }}
    >
      {text}
    </button>
  );
}

export interface BarProps {
  label: string;
  /** From 0 to 1, or null where the whole is not known. */
  share: number | null;
  words: string;
  /** `meter` for how full something is, `progressbar` for how far it got. */
  role: 'meter' | 'progressbar';
  /** Does it show a warning when it is nearly full? */
  warns?: boolean;
}

const TIGHT = 0.9;

export function Bar({ label, share, words, role, warns = false }: BarProps) {
  const percent = share === null ? undefined : Math.round(share * 100);
  const tight = warns && share !== null && share > TIGHT;
  return (
    <span
      className="jp-KitBar"
      role={role}
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      aria-valuetext={words}
      data-open={share === null ? '' : undefined}
      data-tone={tight ? 'warn' : undefined}
    >
      <i style={{ width: percent === undefined ? undefined : `${percent}%` }} />
    </span>
  );
}

/** What went wrong, with what helps, where it was asked for. */
export function Refusal({ trouble, trans }: { trouble: Trouble | undefined; trans: TranslationBundle }) {
  if (!trouble) {
    return null;
  }
  const { message, fix } = troubleWords(trouble, trans);
  return <Alert message={message} fix={fix} />;
}

export function Alert({
  message,
  fix,
  tone = 'bad'
}: {
  message: string;
  fix: string;
  tone?: 'bad' | 'warn';
}) {
  return (
    <div className="jp-KitAlert" role="alert" data-tone={tone}>
      <span>{message}</span> {fix && <span className="jp-KitMute">{fix}</span>}
    </div>
  );
}

/** A command that a person runs in a terminal, with a button that copies it. */
export function Command({ text, trans }: { text: string; trans: TranslationBundle }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
  };
  return (
    <span className="jp-KitCommand">
      <code>{text}</code>
      <Act
        text={copied ? trans.__('Copied') : trans.__('Copy')}
        label={trans.__('Copy “%1”', text)}
        act={copy}
      />
    </span>
  );
}

/** Says what is waited for; while the server does not answer, that it is not known. */
export function Waiting({
  trouble,
  words,
  trans
}: {
  trouble: Trouble | null;
  words: string;
  trans: TranslationBundle;
}) {
  return <Nothing>{trouble ? trans.__('Not known while the server does not answer.') : words}</Nothing>;
}

/** Says in words why there is nothing here, or what is waited for. */
export function Nothing({ children }: { children: ReactNode }) {
  return <p className="jp-KitNothing">{children}</p>;
}
