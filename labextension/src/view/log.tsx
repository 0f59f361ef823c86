/** The log of a run in a tab of its own; it follows as the log grows, unless a person has scrolled up. */
import { MainAreaWidget } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { useLayoutEffect, useRef } from 'react';
import type { LogTail } from '../model/tail';
import { useChanged } from './changed';
import { Alert, Nothing } from './part';
import { Section } from './section';
import { troubleWords } from './trouble';

interface Props {
  tail: LogTail;
  name: string;
  trans: TranslationBundle;
}

export function logTab(props: Props): MainAreaWidget<Section> {
  const content = new Section(<Log {...props} />, props.tail);
  content.addClass('jp-KitLog');
  content.disposed.connect(() => {
    props.tail.dispose();
  });
  return new MainAreaWidget({ content });
}

const NEAR_END = 40;

function Log({ tail, name, trans }: Props) {
  useChanged(tail.changed);
  const place = useRef<HTMLPreElement>(null);
  const follows = useRef(true);
  useLayoutEffect(() => {
    if (place.current && follows.current) {
      place.current.scrollTop = place.current.scrollHeight;
    }
  });
  const words = tail.watch.trouble ? troubleWords(tail.watch.trouble, trans) : null;
  return (
    <>
      {words && <Alert message={words.message} fix={words.fix} />}
      {tail.cut && <Nothing>{trans.__('Only the end of the log is shown.')}</Nothing>}
      <pre
        ref={place}
        role="log"
        aria-label={trans.__('Log of %1', name)}
        tabIndex={0}
        onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
          follows.current = scrollHeight - scrollTop - clientHeight < NEAR_END;
        }}
      >
        {tail.text}
      </pre>
      <Nothing>{stateWords(tail, trans)}</Nothing>
    </>
  );
}

function stateWords(tail: LogTail, trans: TranslationBundle): string {
  if (tail.complete) {
    return tail.text ? trans.__('The run has ended.') : trans.__('The run has ended and printed nothing.');
  }
  return tail.watch.value === null ? trans.__('Reading the log …') : trans.__('Waiting for more …');
}
