/** Names of the objects that a document becomes: as Kubernetes takes them, telling, each once. */

export const namespace = 'standalone';
/** On every object that comes from the document: what has left it leaves with it. */
export const ownerLabel = { 'app.kubernetes.io/managed-by': 'tollgate-standalone' } as const;

export class Names {
  readonly #taken = new Set<string>();

  of(text: string): string {
    const slug =
      text
        .toLowerCase()
        .replace(/\*/g, 'any')
        .replace(/[^a-z0-9]+/g, '-')
        .replace(/^-+|-+$/g, '')
        .slice(0, 50)
        .replace(/-+$/, '') || 'unnamed';
    let name = slug;
    for (let n = 2; this.#taken.has(name); n++) name = `${slug}-${n}`;
    this.#taken.add(name);
    return name;
  }
}
