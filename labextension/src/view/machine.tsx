/** The section on the machine: how busy it is, what it has, and which engines are ready or what would add them. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Engine, Gpu, Machine } from '../model/contract';
import type { Watch } from '../model/watch';
import { bytes, mebibytes, quantity } from '../model/words';
import { useChanged } from './changed';
import { Alert, Bar, Command, Waiting } from './part';

interface Props {
  watch: Watch<Machine>;
  trans: TranslationBundle;
}

export function MachineSection({ watch, trans }: Props) {
  useChanged(watch.changed);
  const machine = watch.value;
  if (!machine) {
    return (
      <Waiting trouble={watch.trouble} words={trans.__('Asking what this machine is …')} trans={trans} />
    );
  }
  return (
    <div className="jp-KitMachine">
      <Gauges machine={machine} trans={trans} />
      <p className="jp-KitMute">{machine.system}</p>
      {machine.problems.map(problem => (
        <Alert key={problem} message={problem} fix="" tone="warn" />
      ))}
      <Engines engines={machine.engines} trans={trans} />
      <Methods methods={machine.methods} trans={trans} />
    </div>
  );
}

function Gauges({ machine, trans }: { machine: Machine; trans: TranslationBundle }) {
  const total = machine.memory_total_mib;
  const used = total - machine.memory_available_mib;
  const busy = machine.cpu_percent;
  return (
    <ul className="jp-KitGauges">
      <Gauge
        name={trans._n('%1 core', '%1 cores', machine.cores)}
        share={busy === null ? null : busy / 100}
        words={busy === null ? trans.__('load not known') : trans.__('%1 % busy', Math.round(busy))}
        more={machine.instruction_sets.join(', ')}
        warns={false}
      />
      <Gauge
        name={trans.__('Memory')}
        share={used / total}
        words={trans.__('%1 of %2', mebibytes(used), mebibytes(total))}
      />
      {machine.gpus.map((gpu, index) => (
        <GpuGauge key={index} gpu={gpu} trans={trans} />
      ))}
      {machine.gpus.length === 0 && <li className="jp-KitMute">{trans.__('No GPU')}</li>}
      {distinct(machine.disks).map(disk => (
        <Gauge
          key={disk.folder}
          name={trans.__('Disk')}
          share={1 - disk.free_bytes / disk.total_bytes}
          words={trans.__('%1 free', bytes(disk.free_bytes))}
          more={disk.folder}
        />
      ))}
    </ul>
  );
}

/** Runs and models often lie on one disk; it is shown once. */
function distinct(disks: Machine['disks']): Machine['disks'] {
  const seen = new Set<string>();
  return disks.filter(({ free_bytes, total_bytes }) => {
    const disk = `${free_bytes}/${total_bytes}`;
    const known = seen.has(disk);
    seen.add(disk);
    return !known && total_bytes > 0;
  });
}

function GpuGauge({ gpu, trans }: { gpu: Gpu; trans: TranslationBundle }) {
  const load = gpu.load_percent === null ? '' : trans.__('%1 % busy', quantity(gpu.load_percent));
  const memory = trans.__('%1 of %2', mebibytes(gpu.memory_used_mib), mebibytes(gpu.memory_total_mib));
  return (
    <Gauge
      name={gpu.name}
      share={gpu.memory_used_mib / gpu.memory_total_mib}
      words={[memory, load].filter(Boolean).join(' · ')}
    />
  );
}

interface GaugeProps {
  name: string;
  share: number | null;
  words: string;
  more?: string;
  /** Is it a trouble when it is nearly full? Being busy is none. */
  warns?: boolean;
}

function Gauge({ name, share, words, more = '', warns = true }: GaugeProps) {
  return (
    <li>
      <span className="jp-KitGauge-name" title={more}>
        {name}
      </span>
      <span className="jp-KitNumber">{words}</span>
      <Bar label={name} share={share} words={words} role="meter" warns={warns} />
    </li>
  );
}

function Engines({ engines, trans }: { engines: Engine[]; trans: TranslationBundle }) {
  return (
    <>
      <h4>{trans.__('Engines')}</h4>
      <ul className="jp-KitList">
        {engines.map(engine => (
          <EngineRow key={engine.name} engine={engine} trans={trans} />
        ))}
      </ul>
    </>
  );
}

function EngineRow({ engine, trans }: { engine: Engine; trans: TranslationBundle }) {
  return (
    <li>
      <span className="jp-KitRow">
        <span>{engine.title}</span>
        <span className="jp-KitChip" data-tone={engine.ready ? 'ok' : 'warn'}>
          {engine.ready ? trans.__('ready') : trans.__('missing')}
        </span>
      </span>
      {!engine.ready && (
        <>
          <p className="jp-KitMute">{engine.reason}</p>
          {engine.add && <Command text={engine.add} trans={trans} />}
        </>
      )}
    </li>
  );
}

function Methods({ methods, trans }: { methods: Engine[]; trans: TranslationBundle }) {
  const missing = methods.filter(method => !method.ready);
  if (methods.length === 0) {
    return null;
  }
  return (
    <>
      <h4>{trans.__('Quantization')}</h4>
      <p>
        {methods
          .filter(method => method.ready)
          .map(method => method.name)
          .join(', ')}
      </p>
      {missing.length > 0 && (
        <details>
          <summary>
            {trans._n('%1 method cannot run here', '%1 methods cannot run here', missing.length)}
          </summary>
          <ul className="jp-KitList">
            {missing.map(method => (
              <EngineRow key={method.name} engine={method} trans={trans} />
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
