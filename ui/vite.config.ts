import { defineConfig } from 'vite';

export default defineConfig({
  // The gateway replaces the placeholder by each response's nonce: nothing inline runs without it.
  html: { cspNonce: '__CSP_NONCE__' },
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
    reportCompressedSize: false,
    license: false,
    rolldownOptions: {
      output: {
        // Of a group that some pages share, the bundler's name lists them all.
        chunkFileNames: ({ name }) => `assets/${name.replace(/~.*/, '')}-[hash].js`,
        codeSplitting: {
          groups: [
            // One file that every page needs, and few that some share: each file costs a round trip.
            { name: 'start', tags: ['$initial'] },
            { name: 'shared', minShareCount: 2, entriesAware: true, entriesAwareMergeThreshold: 12_000 },
          ],
        },
      },
      onLog(level, log, handle) {
        // Libraries mark modules for React's server components; here everything runs in the browser.
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') handle(level, log);
      },
    },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:15000' } },
});
