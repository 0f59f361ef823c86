/** Models that could be fetched: those of the catalogue, and any other by its name. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { useState, type FormEvent } from 'react';
import type { ModelShelf } from '../model/models';
import type { Offer } from '../model/shelf';
import { bytes } from '../model/words';
import { Act, Refusal } from './part';

interface Props {
  offers: Offer[];
  models: ModelShelf;
  trans: TranslationBundle;
}

export function Offers({ offers, models, trans }: Props) {
  return (
    <details>
      <summary>{trans.__('Get a model')}</summary>
      <ByName models={models} trans={trans} />
      <ul className="jp-KitList" aria-label={trans.__('Models to get')}>
        {offers.map(offer => (
          <OfferRow key={offer.name} offer={offer} models={models} trans={trans} />
        ))}
      </ul>
    </details>
  );
}

function OfferRow({ offer, models, trans }: { offer: Offer; models: ModelShelf; trans: TranslationBundle }) {
  const size = offer.download_bytes === null ? '' : bytes(offer.download_bytes);
  const facts = [size, offer.licence, offer.gated ? trans.__('gated') : '', fitWords(offer.fits, trans)];
  return (
    <li data-offer={offer.name}>
      <div className="jp-KitRow">
        <span className="jp-KitRun-name" title={offer.name}>
          {offer.title}
        </span>
        <Act
          text={trans.__('Get')}
          label={trans.__('Get %1', offer.title)}
          barred={models.busy.has(offer.name) ? trans.__('It is being asked for.') : ''}
          act={() => models.get(offer.name)}
        />
      </div>
      <p className="jp-KitMute">{facts.filter(Boolean).join(' · ')}</p>
      <Refusal trouble={models.refusals.get(offer.name)} trans={trans} />
    </li>
  );
}

function fitWords(fits: string, trans: TranslationBundle): string {
  const words: Record<string, string> = {
    yes: trans.__('fits here'),
    tight: trans.__('tight here'),
    no: trans.__('does not fit here')
  };
  return words[fits] ?? '';
}

function ByName({ models, trans }: { models: ModelShelf; trans: TranslationBundle }) {
  const [name, setName] = useState('');
  const [asked, setAsked] = useState('');
  const get = (event: FormEvent) => {
    event.preventDefault();
    setAsked(name.trim());
    void models.get(name.trim()).then(done => {
      if (done) {
        setName('');
      }
    });
  };
  return (
    <form className="jp-KitRow" onSubmit={get}>
      <input
        type="text"
        value={name}
        placeholder={trans.__('org/name')}
        aria-label={trans.__('Name of a model on the hub, as org/name')}
        onChange={event => {
          setName(event.target.value);
        }}
      />
      <button type="submit" className="jp-KitAct" disabled={!name.trim()}>
        {trans.__('Get')}
      </button>
      {asked && <Refusal trouble={models.refusals.get(asked)} trans={trans} />}
    </form>
  );
}
