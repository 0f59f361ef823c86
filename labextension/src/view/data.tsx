/** What the check of a data file found: how much there is, which columns serve, what is wrong. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ExperimentForm } from '../model/experiment';
import type { DataCheck } from '../model/shelf';
import { bytes } from '../model/words';
import { Choose } from './field';
import { Bar } from './part';

interface Props {
  form: ExperimentForm;
  check: DataCheck;
  trans: TranslationBundle;
}

export function DataCard({ form, check, trans }: Props) {
  return (
    <section aria-label={trans.__('What is in %1', check.name)} className="jp-KitData">
      <p className="jp-KitRow">
        <span>
          {trans._n('%1 row', '%1 rows', check.rows)} · {bytes(check.bytes)}
        </span>
        <span className="jp-KitChip" data-tone={check.usable ? 'ok' : 'bad'}>
          {check.usable ? trans.__('usable') : trans.__('not usable')}
        </span>
      </p>
      <Columns form={form} check={check} trans={trans} />
      <Problems check={check} trans={trans} />
      <Labels check={check} trans={trans} />
      <FirstRows check={check} trans={trans} />
    </section>
  );
}

function Columns({ form, check, trans }: Props) {
  const choices = check.columns.map(({ name, kind, distinct }) => ({
    name,
    title: name,
    help: trans.__('%1, %2 different values', kind, distinct)
  }));
  return (
    <div className="jp-KitForm-pair">
      <Choose
        label={trans.__('Text column')}
        choices={choices}
        value={form.text || (check.proposed.text ?? '')}
        take={text => void form.useColumns({ text })}
      />
      <Choose
        label={trans.__('Label column')}
        choices={choices}
        value={form.label || (check.proposed.label ?? '')}
        take={label => void form.useColumns({ label })}
      />
    </div>
  );
}

function Problems({ check, trans }: Omit<Props, 'form'>) {
  if (check.problems.length === 0) {
    return null;
  }
  return (
    <ul className="jp-KitList" aria-label={trans.__('Problems')}>
      {check.problems.map((problem, index) => (
        <li key={index} className="jp-KitAlert" data-tone={check.usable ? 'warn' : 'bad'}>
          {problem.row !== null && <b>{`${problem.unit || trans.__('row')} ${problem.row}: `}</b>}
          {problem.message} <span className="jp-KitMute">{problem.fix}</span>
        </li>
      ))}
      {check.more_problems > 0 && <li>{trans.__('and %1 more', check.more_problems)}</li>}
    </ul>
  );
}

function Labels({ check, trans }: Omit<Props, 'form'>) {
  const most = Math.max(...check.labels.map(label => label.rows), 1);
  if (check.labels.length === 0) {
    return null;
  }
  return (
    <ul className="jp-KitLabels" aria-label={trans.__('Labels')}>
      {check.labels.slice(0, 8).map(label => (
        <li key={label.name}>
          <span>{label.name}</span>
          <Bar
            label={label.name}
            share={label.rows / most}
            words={trans._n('%1 row', '%1 rows', label.rows)}
            role="meter"
          />
          <span className="jp-KitNumber">{label.rows.toLocaleString()}</span>
        </li>
      ))}
    </ul>
  );
}

function FirstRows({ check, trans }: Omit<Props, 'form'>) {
  if (check.first.length === 0) {
    return null;
  }
  return (
    <table className="jp-KitTable">
      <caption>{trans.__('The first rows')}</caption>
      <thead>
        <tr>
          <th scope="col">{trans.__('Text')}</th>
          <th scope="col">{trans.__('Label')}</th>
        </tr>
      </thead>
      <tbody>
        {check.first.slice(0, 3).map((row, index) => (
          <tr key={index}>
            {row.map((cell, at) => (
              <td key={at}>{cell}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
