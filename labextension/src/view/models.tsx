/** The section on models: those on disk, tuned adapters, those on their way, and what could be fetched. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Client } from '../model/client';
import type { Run } from '../model/contract';
import type { ModelShelf } from '../model/models';
import type { Adapter, Model } from '../model/shelf';
import { ago, bytes, share } from '../model/words';
import { useChanged } from './changed';
import { Offers } from './offers';
import { Act, Bar, Nothing, Refusal, StateChip, Waiting } from './part';

export interface ModelDeeds {
  remove(model: Model): void;
}

interface Props {
  models: ModelShelf;
  client: Client;
  deeds: ModelDeeds;
  trans: TranslationBundle;
}

export function ModelsSection({ models, client, deeds, trans }: Props) {
  useChanged(models.changed);
  const shown = models.watch.value;
  if (!shown) {
    return <Waiting trouble={models.watch.trouble} words={trans.__('Looking for models …')} trans={trans} />;
  }
  return (
    <div className="jp-KitModels">
      <p className="jp-KitMute">
        {shown.models.length === 0
          ? trans.__('No models on this disk yet.')
          : trans._n('%2 in %1 model', '%2 in %1 models', shown.models.length, bytes(shown.bytes))}
      </p>
      <ul className="jp-KitList" aria-label={trans.__('Models on disk')}>
        {shown.getting.map(run => (
          <GettingRow key={run.id} run={run} models={models} trans={trans} />
        ))}
        {shown.models.map(model => (
          <ModelRow
            key={model.name}
            model={model}
            models={models}
            client={client}
            deeds={deeds}
            trans={trans}
          />
        ))}
      </ul>
      <h4>{trans.__('Tuned adapters')}</h4>
      {shown.adapters.length === 0 && (
        <Nothing>{trans.__('None yet: a run that tunes a model leaves one.')}</Nothing>
      )}
      <ul className="jp-KitList" aria-label={trans.__('Tuned adapters')}>
        {shown.adapters.map(adapter => (
          <AdapterRow key={adapter.run} adapter={adapter} client={client} trans={trans} />
        ))}
      </ul>
      <Offers offers={shown.offers} models={models} trans={trans} />
    </div>
  );
}

function ModelRow({ model, models, client, deeds, trans }: Props & { model: Model }) {
  const used = model.last_used === null ? '' : trans.__('used %1', ago(model.last_used, client.now(), trans));
  return (
    <li data-model={model.name}>
      <div className="jp-KitRow">
        <span className="jp-KitRun-name" title={model.name}>
          {model.title}
        </span>
        <Act
          text={trans.__('Remove')}
          label={trans.__('Remove %1 from the disk', model.title)}
          barred={barredWords(model, models, trans)}
          act={() => {
            deeds.remove(model);
          }}
        />
      </div>
      <p className="jp-KitMute">{[bytes(model.bytes), used, model.licence].filter(Boolean).join(' · ')}</p>
      {model.note && <p className="jp-KitMute">{model.note}</p>}
      <Refusal trouble={models.refusals.get(model.name)} trans={trans} />
    </li>
  );
}

function barredWords(model: Model, models: ModelShelf, trans: TranslationBundle): string {
  if (models.busy.has(model.name)) {
    return trans.__('It is being removed.');
  }
  if (model.in_use_by.length > 0) {
    return trans.__('A run uses it: %1', model.in_use_by.join(', '));
  }
  return model.removable ? '' : model.reason || trans.__('It is not Tunebook’s to remove.');
}

function GettingRow({ run, models, trans }: { run: Run; models: ModelShelf; trans: TranslationBundle }) {
  const done = share(run);
  const words =
    run.total === null ? bytes(run.done) : trans.__('%1 of %2', bytes(run.done), bytes(run.total));
  return (
    <li data-getting={run.model}>
      <div className="jp-KitRow">
        <span className="jp-KitRun-name">{run.model}</span>
        <StateChip state={run.state} trans={trans} />
      </div>
      {!run.over && (
        <>
          <Bar
            label={trans.__('Progress of getting %1', run.model)}
            share={done}
            words={words}
            role="progressbar"
          />
          <div className="jp-KitRow">
            <span className="jp-KitNumber">{words}</span>
            <Act
              text={trans.__('Stop')}
              label={trans.__('Stop getting %1', run.model)}
              barred={models.busy.has(run.model) ? trans.__('It is being stopped.') : ''}
              act={() => models.stop(run.model, run.id)}
            />
          </div>
        </>
      )}
      {run.cause && (
        <p className="jp-KitAlert" data-tone="bad">
          {run.cause} <span className="jp-KitMute">{run.fix}</span>
        </p>
      )}
      <Refusal trouble={models.refusals.get(run.model)} trans={trans} />
    </li>
  );
}

function AdapterRow({
  adapter,
  client,
  trans
}: {
  adapter: Adapter;
  client: Client;
  trans: TranslationBundle;
}) {
  const facts = [bytes(adapter.bytes), ago(adapter.created, client.now(), trans)];
  return (
    <li data-adapter={adapter.run}>
      <div className="jp-KitRow">
        <span className="jp-KitRun-name" title={adapter.name}>
          {adapter.data}
        </span>
        <span className="jp-KitNumber">{accuracyWords(adapter, trans)}</span>
      </div>
      <p className="jp-KitMute">{[adapter.model, ...facts].filter(Boolean).join(' · ')}</p>
    </li>
  );
}

function accuracyWords(adapter: Adapter, trans: TranslationBundle): string {
  if (adapter.accuracy === null) {
    return trans.__('not measured');
  }
  const value = adapter.accuracy.toFixed(2);
  return adapter.accuracy_of === 'test'
    ? trans.__('accuracy %1', value)
    : trans.__('val. accuracy %1', value);
}
