// A reporter beside the runner's own, which does not count a suite that was skipped: totals, and all that did not run, with why.
export default async function* totals(events) {
  const seen = { passed: 0, failed: 0, skipped: [] };
  for await (const { type, data } of events) {
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    if (data.skip !== undefined) seen.skipped.push({ name: data.name, file: data.file, why: data.skip });
    else if (data.details?.type === 'suite') continue;
    else if (type === 'test:pass') seen.passed++;
    else seen.failed++;
  }
  yield JSON.stringify(seen);
}
