/** The dialog that writes a notebook for a new experiment. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { useState } from 'react';
import type { ExperimentForm } from '../model/experiment';
import type { Choice } from '../model/shelf';
import { useChanged } from './changed';
import { DataCard } from './data';
import { Choose, Field } from './field';
import { FormDialog } from './form';
import { Nothing, Refusal } from './part';

export interface ExperimentOptions {
  form: ExperimentForm;
  title: string;
  /** Data files that are near, by their paths. */
  near: string[];
  trans: TranslationBundle;
}

export function experimentDialog({ form, title, near, trans }: ExperimentOptions): FormDialog {
  return new FormDialog({
    title,
    accept: trans.__('Write notebook'),
    body: <ExperimentBody form={form} near={near} trans={trans} />,
    form,
    submit: () => form.write(),
    trans
  });
}

function ExperimentBody({ form, near, trans }: Omit<ExperimentOptions, 'title'>) {
  useChanged(form.changed);
  const { offers } = form;
  if (!offers) {
    return (
      <div className="jp-KitForm">
        {form.trouble ? (
          <Refusal trouble={form.trouble} trans={trans} />
        ) : (
          <Nothing>{trans.__('Asking what there is to choose from …')}</Nothing>
        )}
      </div>
    );
  }
  return (
    <div className="jp-KitForm">
      <DataField form={form} near={near} bundled={offers.data} trans={trans} />
      <div className="jp-KitForm-pair">
        <Choose
          label={trans.__('Task')}
          choices={offers.tasks}
          value={form.task}
          take={task => {
            form.choose({ task });
          }}
        />
        <Choose
          label={trans.__('Goal')}
          choices={offers.goals}
          value={form.goal}
          take={goal => {
            form.choose({ goal });
          }}
        />
      </div>
      <div className="jp-KitForm-found" aria-live="polite">
        {form.checking && <Nothing>{trans.__('Reading %1 …', form.data)}</Nothing>}
        {form.check && <DataCard form={form} check={form.check} trans={trans} />}
        <Refusal trouble={form.trouble ?? undefined} trans={trans} />
      </div>
    </div>
  );
}

const OTHER = ' '; // no path is a space

interface DataFieldProps {
  form: ExperimentForm;
  near: string[];
  bundled: Choice[];
  trans: TranslationBundle;
}

function DataField({ form, near, bundled, trans }: DataFieldProps) {
  const files = form.data && !form.bundled && !near.includes(form.data) ? [form.data, ...near] : near;
  const [other, setOther] = useState(false);
  return (
    <>
      <Field label={trans.__('Data')} help={bundled.find(each => each.name === form.data)?.help ?? ''}>
        {id => (
          <select
            id={id}
            value={other ? OTHER : form.data}
            onChange={event => {
              setOther(event.target.value === OTHER);
              if (event.target.value !== OTHER) {
                void form.useData(event.target.value);
              }
            }}
          >
            {files.length > 0 && (
              <optgroup label={trans.__('Files')}>
                {files.map(path => (
                  <option key={path} value={path}>
                    {path}
                  </option>
                ))}
              </optgroup>
            )}
            <optgroup label={trans.__('Bundled')}>
              {bundled.map(each => (
                <option key={each.name} value={each.name}>
                  {each.title}
                </option>
              ))}
            </optgroup>
            <option value={OTHER}>{trans.__('Another file …')}</option>
          </select>
        )}
      </Field>
      {other && <OtherFile form={form} trans={trans} />}
    </>
  );
}

function OtherFile({ form, trans }: { form: ExperimentForm; trans: TranslationBundle }) {
  const [path, setPath] = useState('');
  return (
    <Field label={trans.__('Path of the file')} help={form.offers?.kinds.join(' ') ?? ''}>
      {id => (
        <input
          id={id}
          type="text"
          value={path}
          onChange={event => {
            setPath(event.target.value);
          }}
          onBlur={() => {
            if (path.trim() && path.trim() !== form.data) {
              void form.useData(path);
            }
          }}
        />
      )}
    </Field>
  );
}
