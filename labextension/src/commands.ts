/** The ids of all commands. */
export const CommandIDs = {
  openPanel: 'tunebook:open-panel',
  openLog: 'tunebook:open-log',
  newExperiment: 'tunebook:new-experiment',
  openData: 'tunebook:open-data',
  copyTemplate: 'tunebook:copy-template',
  previewApp: 'tunebook:preview-app',
  publishApp: 'tunebook:publish-app'
} as const;

/** The text argument `name` of a command, or `otherwise` where it was not given as text. */
export function textOf(args: Readonly<Record<string, unknown>>, name: string, otherwise = ''): string {
  const value = args[name];
  return typeof value === 'string' ? value : otherwise;
}
