import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Run } from '../src/model/contract';
import { Publication } from '../src/model/publishing';
import { aRun } from './sample';
import { FakeServer, json } from './server';

let server: FakeServer;
let publication: Publication;
let states: string[];

const clean = { ok: true, findings: [], checks: [{ name: 'secrets', title: 'No secrets', ok: true }] };
const secret = {
  check: 'secrets',
  level: 'error',
  cell: 3,
  line: 2,
  message: 'A token.',
  fix: 'Take it out.'
};

beforeEach(async () => {
  server = new FakeServer();
  await server.start();
  publication = new Publication(server.client(), 'work/a.ipynb', 'work');
  states = [];
  publication.changed.connect(() => states.push(publication.state));
});

afterEach(async () => {
  publication.dispose();
  await server.stop();
});

/** A run of publishing whose detail is what `details` holds next, the last one again and again. */
function publishes(...details: Record<string, unknown>[]): void {
  let at = 0;
  server.play = (asked, response) => {
    if (asked.path.endsWith('/apps/check')) {
      json(response, clean);
    } else if (asked.method === 'POST') {
      json(response, { run: detail({}) }, { status: 202 });
    } else {
      json(response, details[Math.min(at++, details.length - 1)]);
    }
  };
}

function detail(changes: Partial<Run>, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    ...aRun({ kind: 'publish', id: 'p1', ...changes }),
    records: {},
    facts: {},
    bundle: null,
    ...more
  };
}

test('it looks first, and is ready when nothing is in the way', async () => {
  expect(publication.state).toBe('checking');
  server.answer(clean);
  await publication.look();
  expect(publication.state).toBe('ready');
  expect(server.asked[0]?.body).toEqual({ path: 'work/a.ipynb' });
});

test('a finding blocks it, and looking again after a change frees it', async () => {
  server.answer({ ok: false, findings: [secret], checks: [] });
  await publication.look();
  expect([publication.state, publication.check?.findings[0]?.message]).toEqual(['blocked', 'A token.']);
  server.answer(clean);
  await publication.look();
  expect(publication.state).toBe('ready');
});

test('what is no notebook is refused in words', async () => {
  server.answer({ message: 'It is no notebook.', fix: '', type: 'KitError' }, { status: 422 });
  await publication.look();
  expect([publication.state, publication.trouble?.message]).toEqual(['refused', 'It is no notebook.']);
});

test('it works, shows its checks, and ends with the bundle', async () => {
  const check = [{ name: 'secrets', title: 'No secrets', ok: true, findings: [] }];
  const facts = { ok: true, files: ['Dockerfile', 'a.ipynb'], command: 'tunebook app a.ipynb', findings: [] };
  publishes(
    detail({ phase: 'running cells' }, { records: { check } }),
    detail({ state: 'finished', over: true }, { records: { check }, facts, bundle: 'work/a-app' })
  );
  await publication.look();
  await publication.publish();
  await vi.waitFor(() => {
    expect(publication.state).toBe('done');
  }, 5_000);
  expect(publication.watch?.value).toMatchObject({
    bundle: 'work/a-app',
    facts: { command: 'tunebook app a.ipynb' }
  });
  expect([...new Set(states)]).toEqual(['ready', 'sending', 'working', 'done']);
  const asked = server.paths.length;
  await new Promise(done => setTimeout(done, 900));
  expect(server.paths.length).toBe(asked); // over: nothing is asked any more
});

test('a run that fails shows what failed', async () => {
  const check = [{ name: 'cells', title: 'It runs', ok: false, findings: [secret] }];
  publishes(detail({ state: 'failed', over: true, cause: 'Cell 3 fails.' }, { records: { check } }));
  await publication.publish();
  await vi.waitFor(() => {
    expect(publication.state).toBe('failed');
  });
  expect(publication.watch?.value?.records.check[0]?.findings[0]?.cell).toBe(3);
});

test('a dialog that was closed while the run was being started watches nothing', async () => {
  publishes(detail({}));
  const publishing = publication.publish();
  publication.dispose();
  await publishing;
  expect(publication.watch).toBe(null);
});
