/** CodeMirror for YAML: a part of its own that is loaded when someone edits. */
import { autocompletion, type CompletionContext, type CompletionResult } from '@codemirror/autocomplete';
import { yaml } from '@codemirror/lang-yaml';
import { type Diagnostic, lintGutter, setDiagnostics } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { EditorView, tooltips } from '@codemirror/view';
import { basicSetup } from 'codemirror';
import { useEffect, useRef } from 'react';
import type { KindSchema } from '../../api/resources.ts';
import { strings } from '../../strings.ts';
import { placeAt, suggestionsFor } from './yaml-path.ts';

export interface EditorFault {
  /** From 1. */
  line: number;
  message: string;
}

interface YamlEditorProps {
  text: string;
  onText: (text: string) => void;
  kinds: readonly KindSchema[];
  fault: EditorFault | undefined;
}

const nonce = document.querySelector<HTMLElement>('meta[property="csp-nonce"]')?.nonce ?? '';

const frame = EditorView.theme({
  '&': { color: '#000', backgroundColor: '#fff' },
  '.cm-scroller': {
    fontFamily: 'var(--mantine-font-family-monospace)',
    minHeight: '16rem',
    maxHeight: '60vh',
  },
  '.cm-gutters': { color: '#5c636a', backgroundColor: '#fff' },
  // Its own are images out of the script, which the content security policy keeps out.
  '.cm-lint-marker-error': { content: 'none', borderRadius: '50%', backgroundColor: '#c92a2a' },
  '.cm-lintRange-error': { backgroundImage: 'none', textDecoration: 'underline wavy #c92a2a' },
  '&.cm-focused': { outline: '2px solid #4263eb' },
});

export function YamlEditor({ text, onText, kinds, fault }: YamlEditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const latest = useRef({ onText, kinds });
  latest.current = { onText, kinds };

  // biome-ignore lint/correctness/useExhaustiveDependencies: made once; what changes is handed on below.
  useEffect(() => {
    const editor = new EditorView({
      doc: text,
      parent: place.current!,
      extensions: [
        EditorView.cspNonce.of(nonce),
        basicSetup,
        EditorState.tabSize.of(2),
        yaml(),
        lintGutter(),
        tooltips({ parent: document.body }),
        frame,
        autocompletion({ override: [(context) => complete(context, latest.current.kinds)] }),
        EditorView.contentAttributes.of({ 'aria-label': strings.configuration.edit.label, tabindex: '0' }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) latest.current.onText(update.state.doc.toString());
        }),
      ],
    });
    view.current = editor;
    return () => editor.destroy();
  }, []);

  useEffect(() => {
    const editor = view.current;
    if (editor !== null && text !== editor.state.doc.toString())
      editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text } });
  }, [text]);

  useEffect(() => {
    const editor = view.current;
    if (editor === null) return;
    const found: Diagnostic[] = [];
    if (fault !== undefined && fault.line <= editor.state.doc.lines) {
      const { from, to } = editor.state.doc.line(fault.line);
      found.push({ from, to, severity: 'error', message: fault.message });
    }
    editor.dispatch(setDiagnostics(editor.state, found));
  }, [fault]);

  return <div className="editor" ref={place} />;
}

function complete(context: CompletionContext, kinds: readonly KindSchema[]): CompletionResult | null {
  const { doc } = context.state;
  const line = doc.lineAt(context.pos);
  const before = line.text.slice(0, context.pos - line.from);
  const word = /[\w.$/-]*$/.exec(before)![0].replace(/^-+/, '');
  if (word === '' && !context.explicit && !/:\s$/.test(before)) return null;
  const place = placeAt(doc.toString().split('\n'), line.number - 1, before.length);
  const options = suggestionsFor(place, kinds).map(({ label, detail, info, text: apply }) => ({
    label,
    apply,
    ...(detail === undefined ? {} : { detail }),
    ...(info === undefined ? {} : { info }),
  }));
  return options.length === 0 ? null : { from: context.pos - word.length, options, validFor: /^[\w.$/-]*$/ };
}
