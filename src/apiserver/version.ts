/** What `/version` says: the Kubernetes version whose behaviour this API follows, marked as ours. */
export const versionInfo = {
  major: '1',
  minor: '34',
  gitVersion: 'v1.34.4+tollgate',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: '',
  compiler: '',
  platform: `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
};
