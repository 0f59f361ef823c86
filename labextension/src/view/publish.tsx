/** The dialog that publishes a notebook as an app: what is checked, how far it got, what came of it. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Finding } from '../model/contract';
import type { Publication } from '../model/publishing';
import { share } from '../model/words';
import { useChanged } from './changed';
import { FormDialog } from './form';
import { Act, Bar, Command, Nothing, Refusal } from './part';

export interface PublishOptions {
  publication: Publication;
  /** Shows a folder in the file browser. */
  openFolder: (path: string) => void;
  trans: TranslationBundle;
}

export function publishDialog({ publication, openFolder, trans }: PublishOptions): FormDialog {
  return new FormDialog({
    title: trans.__('Publish %1', publication.path.split('/').pop()),
    accept: trans.__('Publish'),
    body: <PublishBody publication={publication} openFolder={openFolder} trans={trans} />,
    form: publication,
    // It stays open: what comes of it is shown in it.
    submit: () => publication.publish().then(() => false),
    trans
  });
}

function PublishBody({ publication, openFolder, trans }: PublishOptions) {
  useChanged(publication.changed);
  return (
    <div className="jp-KitForm">
      <p>
        {trans.__(
          'Writes a folder that runs anywhere: the notebook, pinned requirements, a Dockerfile and the command that starts it.'
        )}
      </p>
      <Checks publication={publication} trans={trans} />
      <div role="status">
        <Words publication={publication} trans={trans} />
      </div>
      <Result publication={publication} openFolder={openFolder} trans={trans} />
      <Refusal trouble={publication.trouble ?? undefined} trans={trans} />
    </div>
  );
}

type Shown = Omit<PublishOptions, 'openFolder'>;

function Checks({ publication, trans }: Shown) {
  const run = publication.watch?.value;
  const late = run?.records.check ?? [];
  const early = (publication.check?.checks ?? []).filter(
    each => !late.some(({ name }) => name === each.name)
  );
  const findings =
    late.length > 0 ? late.flatMap(each => each.findings) : (publication.check?.findings ?? []);
  if (!publication.check && late.length === 0) {
    return null;
  }
  return (
    <>
      <ul className="jp-KitChecks" aria-label={trans.__('Checks')}>
        {[...early, ...late].map(each => (
          <li key={each.name}>
            <span className="jp-KitChip" data-tone={each.ok ? 'ok' : 'bad'}>
              {each.ok ? trans.__('ok') : trans.__('no')}
            </span>{' '}
            {each.title}
          </li>
        ))}
      </ul>
      <Findings findings={findings} trans={trans} />
    </>
  );
}

function Findings({ findings, trans }: { findings: Finding[]; trans: TranslationBundle }) {
  return (
    <ul className="jp-KitList" aria-label={trans.__('What was found')}>
      {findings.map((finding, index) => (
        <li key={index} className="jp-KitAlert" data-tone={finding.level === 'error' ? 'bad' : 'warn'}>
          {finding.cell !== null && <b>{trans.__('Cell %1: ', finding.cell)}</b>}
          {finding.message} <span className="jp-KitMute">{finding.fix}</span>
        </li>
      ))}
    </ul>
  );
}

function Words({ publication, trans }: Shown) {
  const run = publication.watch?.value;
  const cause = run?.cause ?? '';
  switch (publication.state) {
    case 'checking':
      return <Nothing>{trans.__('Looking through the notebook …')}</Nothing>;
    case 'ready':
      return <p>{trans.__('Nothing is in the way. Publishing runs all cells in a fresh kernel first.')}</p>;
    case 'blocked':
      return <p>{trans.__('Mend what is found, then publish again.')}</p>;
    case 'done':
      return <p>{trans.__('Published.')}</p>;
    case 'failed':
      return (
        <p className="jp-KitAlert" data-tone="bad">
          {cause || trans.__('It was stopped.')} <span className="jp-KitMute">{run?.fix}</span>
        </p>
      );
    case 'refused':
      return null;
    case 'sending':
    case 'working':
      return <Nothing>{run?.phase ? trans.__('Working: %1 …', run.phase) : trans.__('Starting …')}</Nothing>;
  }
}

function Result({ publication, openFolder, trans }: PublishOptions) {
  const run = publication.watch?.value;
  if (publication.state === 'working' && run) {
    return <Bar label={trans.__('Progress')} share={share(run)} words={run.phase} role="progressbar" />;
  }
  if (publication.state !== 'done' || !run) {
    return null;
  }
  const bundle = run.bundle;
  return (
    <div className="jp-KitResult">
      {bundle !== null && (
        <p className="jp-KitRow">
          <code>{bundle}</code>
          <Act
            text={trans.__('Open folder')}
            label={trans.__('Show %1 in the file browser', bundle)}
            act={() => {
              openFolder(bundle);
            }}
          />
        </p>
      )}
      <p className="jp-KitMute">{run.facts.files.join(', ')}</p>
      <p>{trans.__('Start it there with:')}</p>
      <Command text={run.facts.command} trans={trans} />
      <Findings findings={run.facts.findings} trans={trans} />
    </div>
  );
}
