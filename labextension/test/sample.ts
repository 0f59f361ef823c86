/** Answers as a server gives them, to be varied. */
import type { Run } from '../src/model/contract';

export function aRun(changes: Partial<Run> = {}): Run {
  return {
    id: '20261122-141530-tune-abcd',
    kind: 'tune',
    model: 'smollm2-135m-instruct',
    data: 'alerts.csv',
    state: 'running',
    cause: '',
    fix: '',
    created: 1000,
    started: 1001,
    ended: null,
    updated: 1100,
    attempt: 1,
    phase: 'training',
    done: 40,
    total: 120,
    unit: 'steps',
    eta_s: 95,
    throughput: 812.5,
    throughput_unit: 'tokens/s',
    memory_mib: 1200,
    memory_peak_mib: 1500,
    figure: { name: 'validation_accuracy', words: 'val. accuracy', value: 0.84, part: '', share: true },
    curve: {
      name: 'loss',
      points: [
        [1, 1.9],
        [2, 1.7],
        [3, 0.9]
      ]
    },
    resumable: false,
    comparable: true,
    over: false,
    notebook: 'work/alerts.ipynb',
    ...changes
  };
}

export function ended(changes: Partial<Run> = {}): Run {
  return aRun({ state: 'finished', over: true, ended: 1200, ...changes });
}

export function listOf(...runs: Run[]): Record<string, unknown> {
  return { runs, total: runs.length, living: runs.filter(run => !run.over).length, kinds: [], states: [] };
}

export function someModels(getting: Run[] = []): Record<string, unknown> {
  return {
    models: [
      {
        name: 'smollm2-135m-instruct',
        title: 'SmolLM2 135M Instruct',
        origin: 'package',
        bytes: 92_000_000,
        last_used: 1000,
        licence: 'Apache-2.0',
        commercial: 'yes',
        removable: true,
        reason: '',
        in_use_by: [],
        note: ''
      }
    ],
    adapters: [],
    getting,
    offers: [
      {
        name: 'qwen3-0.6b',
        title: 'Qwen3 0.6B',
        parameters: 596_000_000,
        licence: 'Apache-2.0',
        commercial: 'yes',
        gated: false,
        download_bytes: 1_200_000_000,
        fits: 'yes'
      }
    ],
    bytes: 92_000_000,
    folder: '/home/me/.cache/tunebook'
  };
}
