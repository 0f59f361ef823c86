/** Says above the sections when the server does not answer, and when it is asked next. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { Tunebook } from '../model/tunebook';
import { duration } from '../model/words';
import { useChanged, useNow } from './changed';
import { Act } from './part';
import { troubleWords } from './trouble';

interface Props {
  tunebook: Tunebook;
  trans: TranslationBundle;
}

export function connection({ tunebook, trans }: Props): ReactWidget {
  const widget = ReactWidget.create(<Connection tunebook={tunebook} trans={trans} />);
  widget.addClass('jp-KitConnection');
  return widget;
}

function Connection({ tunebook, trans }: Props) {
  const watches = [tunebook.runs.watch, tunebook.machine, tunebook.models.watch];
  useChanged(tunebook.machine.changed);
  useChanged(tunebook.runs.watch.changed);
  useChanged(tunebook.models.watch.changed);
  const failing = watches.find(watch => watch.state === 'failing');
  const slow = watches.some(watch => watch.state === 'slow');
  const now = useNow(failing !== undefined);
  const words = failing?.trouble ? troubleWords(failing.trouble, trans) : null;
  const again = () =>
    Promise.all(watches.filter(watch => watch.state === 'failing').map(watch => watch.refresh()));
  return (
    <>
      <div role="status">
        {words && (
          <p className="jp-KitAlert" data-tone="bad">
            {words.message} <span className="jp-KitMute">{words.fix}</span>
          </p>
        )}
        {slow && !words && (
          <p className="jp-KitAlert" data-tone="warn">
            {trans.__('The server takes long to answer; what is shown may be old.')}
          </p>
        )}
      </div>
      {failing && (
        <p className="jp-KitRetry">
          <span>{trans.__('Asking again in %1.', duration((failing.retryAt - now) / 1000, trans))}</span>{' '}
          <Act text={trans.__('Ask now')} label={trans.__('Ask the server now')} act={again} />
        </p>
      )}
    </>
  );
}
