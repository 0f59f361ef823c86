import { LabIcon } from '@jupyterlab/ui-components';

function icon(name: string, body: string): LabIcon {
  const svgstr = `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">${body}</svg>`;
  return new LabIcon({ name: `tunebook:${name}`, svgstr });
}

/** A book with three sliders on its page. */
export const tunebookIcon = icon(
  'tunebook',
  `<g class="jp-icon3" fill="#616161">
    <path d="M5 2h13a2 2 0 0 1 2 2v16a2 2 0 0 1-2 2H5a1 1 0 0 1-1-1V3a1 1 0 0 1 1-1zm1 2v16h12V4z"/>
    <path d="M8.3 6.500h1.400v3h1.300v2h-1.300v6H8.300v-6H7v-2h1.300zM11.300 6.500h1.400v6h1.300v2h-1.300v3h-1.400v-3H10v-2h1.300zM14.300 6.500h1.400v1.500h1.300v2h-1.300v7.500h-1.400V10H13V8h1.300z"/>
  </g>`
);

export const insertPanelIcon = icon(
  'insert-panel',
  `<path class="jp-icon3" fill="#616161" d="M4 4h16v6h-2V6H6v12h5v2H4zm4 4h6v2H8zm0 4h4v2H8zm9 0h2v3h3v2h-3v3h-2v-3h-3v-2h3z"/>`
);

export const previewIcon = icon(
  'preview',
  `<path class="jp-icon3" fill="#616161" d="M3 4h18v16H3zm2 4v10h14V8zm4.500 2 5.500 3-5.500 3z"/>`
);

export const publishIcon = icon(
  'publish',
  `<path class="jp-icon3" fill="#616161" d="M12 3l6 6h-4v6h-4V9H6zM4 17h2v2h12v-2h2v4H4z"/>`
);
