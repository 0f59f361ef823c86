/** Fields of a form: a label, the control, and what the choice means. */
import { useId, type ReactNode } from 'react';
import type { Choice } from '../model/shelf';

interface ChooseProps {
  label: string;
  choices: Choice[];
  value: string;
  take: (value: string) => void;
}

export function Choose({ label, choices, value, take }: ChooseProps) {
  return (
    <Field label={label} help={choices.find(each => each.name === value)?.help ?? ''}>
      {id => (
        <select
          id={id}
          value={value}
          onChange={event => {
            take(event.target.value);
          }}
        >
          {value === '' && <option value="">{'–'}</option>}
          {choices.map(each => (
            <option key={each.name} value={each.name}>
              {each.title}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

export function Field({
  label,
  help,
  children
}: {
  label: string;
  help: string;
  children: (id: string) => ReactNode;
}) {
  const id = useId();
  return (
    <div className="jp-KitField">
      <label htmlFor={id}>{label}</label>
      {children(id)}
      {help && <p className="jp-KitMute">{help}</p>}
    </div>
  );
}
