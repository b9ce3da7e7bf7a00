/**
 * Writes to elements that are used again and again: what is there already is not written, so that nothing is laid out or
 * painted anew for it.
 */
import { highlight } from '../logic/highlight';
import type { Pattern } from '../../src/protocol/filter';

/** Gives an element one text node, and the way to set its text. */
export function textOf(element: HTMLElement): (text: string) => void {
  const node = document.createTextNode('');
  element.append(node);
  return (text) => {
    if (node.data !== text) node.data = text;
  };
}

/** The same where what is looked for is to stand out: its matches become `<mark>` while `pattern` is given. */
export function markedTextOf(element: HTMLElement): (text: string, pattern: Pattern | null) => void {
  const node = document.createTextNode('');
  element.append(node);
  let shown = '';
  let isMarked: Pattern | null = null;
  return (text, pattern) => {
    if (text === shown && pattern === isMarked) return;
    const wasMarked = isMarked !== null;
    shown = text;
    isMarked = pattern;
    if (pattern === null) {
      node.data = text;
      if (wasMarked) element.replaceChildren(node);
      return;
    }
    const parts = highlight(text, pattern).map((part) => {
      if (!part.hit) return part.text;
      const mark = document.createElement('mark');
      mark.textContent = part.text;
      return mark;
    });
    element.replaceChildren(...parts);
  };
}

/** The way to set an attribute; null takes it away. */
export function attributeOf(element: HTMLElement, name: string): (value: string | null) => void {
  let known = element.getAttribute(name);
  return (value) => {
    if (value === known) return;
    known = value;
    if (value === null) element.removeAttribute(name);
    else element.setAttribute(name, value);
  };
}

/** An element with classes and, where it has one, a role. */
export function made(tag: 'div' | 'span' | 'button', classes: string, role?: string): HTMLElement {
  const element = document.createElement(tag);
  if (classes !== '') element.className = classes;
  if (role !== undefined) element.setAttribute('role', role);
  return element;
}
