/** Colours by meaning. The caller says whether the terminal takes any. */
export type Style = 'good' | 'warning' | 'bad' | 'dim';

const codes: Record<Style, string> = { good: '32', warning: '33', bad: '31', dim: '2' };

export function paint(text: string, style: Style | undefined, colour: boolean): string {
  return colour && style !== undefined ? `\u001b[${codes[style]}m${text}\u001b[0m` : text;
}
