/** What the server answers about models, data, templates and apps, as shapes and as types. */
import { finding, run } from './contract';
import type { Of } from './shape';
import { list, maybe, number, object, otherwise, record, text, truth } from './shape';

const model = object({
  name: text,
  title: text,
  origin: text,
  bytes: number,
  last_used: maybe(number),
  licence: otherwise(text, ''),
  removable: truth,
  reason: otherwise(text, ''),
  in_use_by: otherwise(list(text), []),
  note: otherwise(text, '')
});

const adapter = object({
  run: text,
  name: text,
  model: text,
  data: text,
  created: number,
  bytes: number,
  accuracy: maybe(number),
  accuracy_of: otherwise(text, ''),
  state: text
});

const offer = object({
  name: text,
  title: text,
  parameters: number,
  licence: otherwise(text, ''),
  gated: otherwise(truth, false),
  download_bytes: maybe(number),
  fits: otherwise(text, '')
});

export const models = object({
  models: list(model),
  adapters: list(adapter),
  getting: list(run),
  offers: list(offer),
  bytes: number,
  folder: text
});

export const removed = object({ name: text, freed_bytes: number });

export const templates = object({
  templates: list(object({ name: text, title: text, description: text }))
});

export const panels = object({ panels: list(object({ name: text, title: text, code: text })) });

const choice = object({ name: text, title: text, help: otherwise(text, '') });

export const experiments = object({
  tasks: list(choice),
  goals: list(choice),
  data: list(choice),
  kinds: list(text)
});

export const dataCheck = object({
  path: text,
  name: text,
  bytes: number,
  rows: number,
  columns: list(
    object({ name: text, kind: text, distinct: number, empty: number, examples: otherwise(list(text), []) })
  ),
  proposed: object({ text: maybe(text), label: maybe(text) }),
  usable: truth,
  labels: list(object({ name: text, rows: number })),
  first: list(list(text)),
  problems: list(
    object({ row: maybe(number), unit: otherwise(text, ''), field: maybe(text), message: text, fix: text })
  ),
  more_problems: otherwise(number, 0)
});

export const appCheck = object({
  ok: truth,
  findings: list(finding),
  checks: list(object({ name: text, title: text, ok: truth }))
});

export const emission = record<unknown>(value => value);

export type Models = Of<typeof models>;
export type Model = Models['models'][number];
export type Adapter = Models['adapters'][number];
export type Offer = Models['offers'][number];
export type Template = Of<typeof templates>['templates'][number];
export type PanelCode = Of<typeof panels>['panels'][number];
export type Choice = Of<typeof choice>;
export type Experiments = Of<typeof experiments>;
export type DataCheck = Of<typeof dataCheck>;
export type AppCheck = Of<typeof appCheck>;
