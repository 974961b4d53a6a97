/** Debian's Chromium, and why not, where there is none. */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

export type { Browser, CDPSession } from 'playwright-core';

const places = [
  process.env['TOLLGATE_CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];
const executablePath = places.find((path) => path !== undefined && existsSync(path));

/** For `test(name, { skip: noBrowser }, …)`. */
export const noBrowser =
  executablePath === undefined
    ? 'no Chromium here: install it (apt-get install chromium) or name it in TOLLGATE_CHROMIUM'
    : false;

export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: executablePath!,
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
}
