// Loaded into each test file: the runner's time limit ends a test, but not a file whose loop or server goes on behind it.
const long = process.env['TOLLGATE_TEST_LONG'] === '1';
const minutes = Number(process.env['TOLLGATE_TEST_FILE_MINUTES'] ?? (long ? 180 : 20));

if (process.env['NODE_TEST_CONTEXT'] !== undefined)
  setTimeout(() => {
    process.stderr.write(`${process.argv[1]}: still running after ${minutes} minutes, ended\n`);
    process.exit(1);
  }, minutes * 60_000).unref();
