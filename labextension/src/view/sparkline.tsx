import type { TranslationBundle } from '@jupyterlab/translation';
import type { Curve } from '../model/contract';
import { spark } from '../model/spark';
import { quantity } from '../model/words';

const WIDTH = 72;
const HEIGHT = 20;

/** A curve as a small line with its newest value; the place is kept while there is no curve yet. */
export function Sparkline({ curve, trans }: { curve: Curve | null; trans: TranslationBundle }) {
  const line = spark(curve, WIDTH, HEIGHT);
  if (!curve || !line) {
    return null;
  }
  const said = trans.__('%1 from %2 to %3', curve.name, quantity(line.first), quantity(line.last));
  return (
    <span className="jp-KitSpark">
      <svg width={WIDTH} height={HEIGHT} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={said}>
        <title>{said}</title>
        <path d={line.path} fill="none" />
        <circle cx={line.end[0]} cy={line.end[1]} r={2} />
      </svg>
      <span aria-hidden="true">
        {curve.name} {quantity(line.last)}
      </span>
    </span>
  );
}
