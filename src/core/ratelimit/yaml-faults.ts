/** Mistakes of syntax in libyaml's words and with its line numbers, as far as the same mistakes have them. */

export interface SyntaxFault {
  /** Of the `yaml` package. */
  code: string;
  message: string;
  /** Where it is in the text. */
  at: number;
}

const control = '\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u0080-\u0084\u0086-\u009f\ufffe\uffff';
const controlCharacter = new RegExp(`[${control}]`);

/** What the `yaml` package takes and libyaml does not; undefined when there is nothing. */
export function refusedByReader(text: string): string | undefined {
  if (controlCharacter.test(text)) return 'control characters are not allowed';
  return /^(?:(?:#.*)?\r?\n)*%(?!YAML |TAG )/.test(text) ? 'found unknown directive name' : undefined;
}

/** `line 2: did not find expected key` and the like. Undefined when libyaml has no such mistake. */
export function libyamlText(text: string, fault: SyntaxFault): string | undefined {
  for (const [code, message, say] of rules) {
    if (code === fault.code && message.test(fault.message)) return say(text, fault.at);
  }
  return undefined;
}

type Say = (text: string, at: number) => string;

/** Lines count from 1. */
function lineOf(text: string, at: number): number {
  let line = 1;
  for (let end = text.indexOf('\n'); end >= 0 && end < at; end = text.indexOf('\n', end + 1)) line++;
  return line;
}

/** libyaml names no first line. */
function scanned(line: number, words: string): string {
  return line > 1 ? `line ${line}: ${words}` : words;
}

/** In its parser, lines count from 0. */
function parsed(line: number, words: string): string {
  return line > 1 ? `line ${line - 1}: ${words}` : words;
}

const inScanner =
  (words: string): Say =>
  (text, at) =>
    scanned(lineOf(text, at), words);
const inParser =
  (words: string): Say =>
  (text, at) =>
    parsed(lineOf(text, at), words);

const noContent = inParser('did not find expected node content');
const noDash = inParser("did not find expected '-' indicator");
const noKey = inParser('did not find expected key');

/** Said where the colon is. */
const misplacedColon: Say = (text, at) => {
  const colon = text.slice(at).search(/:(\s|$)/);
  return scanned(lineOf(text, colon < 0 ? at : at + colon), 'mapping values are not allowed in this context');
};

const tab: Say = (text, at) => {
  const before = text.slice(0, at).trimEnd().split('\n').at(-1) ?? '';
  // What goes on in the next line is a plain text alone: after a colon, a quote, a bracket or a comment a new token begins.
  const isInPlainText = /[^:"'\]},[{|>-]$/.test(before) && !/(^|\s)#/.test(before);
  return inScanner(
    isInPlainText
      ? 'found a tab character that violates indentation'
      : 'found character that cannot start any token',
  )(text, at);
};

/** Said where the text ends; a line end belongs to the line before it. */
const openFlow =
  (end: string): Say =>
  (text, at) => {
    const isEmpty = /[[{,:]\s*$/.test(text.slice(0, at));
    const line = lineOf(text, text[at - 1] === '\n' ? at - 1 : at);
    return `line ${line}: did not find expected ${isEmpty ? 'node content' : `',' or '${end}'`}`;
  };

/** A line that does not go on with the list that the lines before are of. */
const outOfPlace: Say = (text, at) => {
  const start = text.lastIndexOf('\n', at - 1) + 1;
  const indent = text.slice(start, at);
  const isInList = indent.trim() === '' && new RegExp(`(^|\\n)${indent}- `).test(text.slice(0, start));
  return isInList ? noDash(text, at) : noKey(text, at);
};

const multiLineKey: Say = (text, at) =>
  text.startsWith('- ', at) ? noKey(text, at) : misplacedColon(text, at);

const rules: readonly [code: string, message: RegExp, say: Say][] = [
  ['TAB_AS_INDENT', /^/, tab],
  ['BLOCK_AS_IMPLICIT_KEY', /^/, misplacedColon],
  ['MULTILINE_IMPLICIT_KEY', /^/, multiLineKey],
  ['BAD_SCALAR_START', /^/, inScanner('found character that cannot start any token')],
  ['BAD_DQ_ESCAPE', /^/, inScanner('found unknown escape character')],
  ['BAD_ALIAS', /^/, inScanner('did not find expected alphabetic or numeric character')],
  ['BAD_INDENT', /^Flow map/, openFlow('}')],
  ['BAD_INDENT', /^Flow sequence/, openFlow(']')],
  ['BAD_INDENT', /^/, noKey],
  ['MISSING_CHAR', /^Missing closing/, inScanner('found unexpected end of stream')],
  [
    'MISSING_CHAR',
    /^Implicit map keys/,
    (text, at) => `line ${lineOf(text, at) + 1}: could not find expected ':'`,
  ],
  ['MISSING_CHAR', /^Sequence item/, noDash],
  ['UNEXPECTED_TOKEN', /^Unexpected (,|flow-)/, noContent],
  [
    'UNEXPECTED_TOKEN',
    /^Unexpected block-seq-ind/,
    inScanner('block sequence entries are not allowed in this context'),
  ],
  ['UNEXPECTED_TOKEN', /^Unexpected scalar/, outOfPlace],
  ['UNEXPECTED_TOKEN', /^Block scalar header/, inScanner('did not find expected comment or line break')],
];
