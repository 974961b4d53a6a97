/** Files of any length: written page by page and no faster than they are read, so that all of them is never in memory. */
import type { ServerResponse } from 'node:http';

export interface FileFormat<T> {
  mediaType: string;
  fileName: string;
  /** Before the first line. */
  head: string;
  lines(items: readonly T[]): string;
}

/** `read` gives the page behind the mark that the page before came with; without a mark it was the last one. */
export async function streamPages<T, Mark>(
  response: ServerResponse,
  format: FileFormat<T>,
  read: (after: Mark | undefined) => Promise<{ items: readonly T[]; next?: Mark }>,
): Promise<void> {
  // A fault at the first page is still answered as one.
  let page = await read(undefined);
  response.writeHead(200, {
    'content-type': format.mediaType,
    'content-disposition': `attachment; filename="${format.fileName}"`,
  });
  response.write(format.head);
  for (;;) {
    if (!response.write(format.lines(page.items))) await drained(response);
    if (page.next === undefined || response.destroyed) break;
    page = await read(page.next);
  }
  response.end();
}

/** Resolves too when the reader has gone. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.once('drain', done);
    response.once('close', done);
    if (response.destroyed) done();
  });
}
