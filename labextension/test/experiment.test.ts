import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ExperimentForm } from '../src/model/experiment';
import { FakeServer, json } from './server';

let server: FakeServer;
let form: ExperimentForm;
let check: Record<string, unknown>;

const offers = {
  tasks: [
    { name: 'classify', title: 'Classify', help: '' },
    { name: 'answer', title: 'Answer', help: '' }
  ],
  goals: [{ name: 'balanced', title: 'Balanced', help: '' }],
  data: [{ name: 'finance-alerts', title: 'finance-alerts', help: '' }],
  kinds: ['.csv']
};

function checked(path: string, changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    path,
    name: path,
    bytes: 10,
    rows: 2,
    columns: [],
    proposed: { text: 'note', label: 'decision' },
    usable: true,
    labels: [],
    first: [],
    problems: [],
    more_problems: 0,
    ...changes
  };
}

beforeEach(async () => {
  server = new FakeServer();
  await server.start();
  check = checked('alerts.csv');
  server.play = (asked, response) => {
    json(
      response,
      asked.method === 'GET' ? offers : asked.path.endsWith('check') ? check : { path: 'x.ipynb' }
    );
  };
  form = new ExperimentForm(server.client(), 'work');
});

afterEach(async () => {
  form.dispose();
  await server.stop();
});

test('it opens with the first of each, ready with bundled data', async () => {
  expect(form.ready).toBe(false);
  await form.open();
  expect([form.data, form.task, form.goal, form.ready]).toEqual([
    'finance-alerts',
    'classify',
    'balanced',
    true
  ]);
  expect(server.paths).toEqual(['GET experiments']); // bundled data need no check
});

test('a file is checked before it can be used', async () => {
  const states: [boolean, boolean][] = [];
  form.changed.connect(() => states.push([form.checking, form.ready]));
  await form.open('alerts.csv');
  expect(states).toContainEqual([true, false]);
  expect(states).not.toContainEqual([true, true]);
  expect([form.checking, form.ready, form.check?.proposed.text]).toEqual([false, true, 'note']);
});

test('a file that cannot be used keeps it from being written', async () => {
  check = checked('broken.csv', { usable: false });
  await form.open('broken.csv');
  expect(form.ready).toBe(false);
});

test('columns chosen by hand go with the check and the notebook, and not with other data', async () => {
  await form.open('alerts.csv');
  await form.useColumns({ label: 'topic' });
  expect(server.asked.at(-1)?.body).toEqual({ path: 'alerts.csv', label: 'topic' });
  form.choose({ task: 'answer' });
  await expect(form.write()).resolves.toBe(true);
  expect(server.asked.at(-1)?.body).toEqual({
    data: 'alerts.csv',
    task: 'answer',
    goal: 'balanced',
    folder: 'work',
    label: 'topic'
  });
  expect(form.written).toBe('x.ipynb');
  await form.useData('other.csv');
  expect(server.asked.at(-1)?.body).toEqual({ path: 'other.csv' });
});

test('the answer on data that were named before counts for nothing', async () => {
  await form.open();
  const answers: (() => void)[] = [];
  server.play = (asked, response) => {
    const { path } = asked.body as { path: string };
    answers.push(() => {
      json(response, checked(path));
    });
  };
  const first = form.useData('first.csv');
  const second = form.useData('second.csv');
  await vi.waitFor(() => {
    expect(answers.length).toBe(2);
  });
  answers[1]?.();
  await second;
  answers[0]?.();
  await first;
  expect([form.check?.path, form.checking]).toEqual(['second.csv', false]);
});

test('what the server refuses is said, and the form stays', async () => {
  await form.open('alerts.csv');
  server.answer({ message: 'The disk is full.', fix: 'Make room.', type: 'KitError' }, { status: 507 });
  await expect(form.write()).resolves.toBe(false);
  expect([form.trouble?.message, form.ready, form.written]).toEqual(['The disk is full.', true, '']);
});

test('a file that is not there is said', async () => {
  await form.open();
  server.answer({ message: 'There is no file nowhere.csv.', type: 'HTTPError' }, { status: 404 });
  await form.useData('nowhere.csv');
  expect([form.trouble?.message, form.checking, form.ready]).toEqual([
    'There is no file nowhere.csv.',
    false,
    false
  ]);
});

test('a server that is gone leaves nothing to choose from', async () => {
  await server.stop();
  await form.open();
  expect([form.offers, form.trouble?.kind, form.ready]).toEqual([null, 'gone', false]);
  await server.start();
});
