/** The price list that comes with the program. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PriceCatalog } from './core/pricing/prices.ts';

const path = join(import.meta.dirname, '..', 'data', 'prices.json');

export function readPriceList(): PriceCatalog {
  return JSON.parse(readFileSync(path, 'utf8')) as PriceCatalog;
}
