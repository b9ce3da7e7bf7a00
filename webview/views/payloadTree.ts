/** A payload as a collapsible tree: one tab stop, moved through by arrows; audio is a chip, never base64. */
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { classMap } from 'lit/directives/class-map.js';
import { formatBytes, formatCount, formatDuration } from '../logic/format';
import { base64Bytes, childrenOf, isAudioString, looksLikeBase64, readTree, type TreeNode } from '../logic/jsonText';
import { imageBase64, looksLikeImage } from '../logic/imageBytes';
import { plainDoc } from '../logic/docText';
import { fieldHelp, readForSchema } from '../logic/fieldHelp';
import { pathOfPointer } from '../logic/jsonPlace';
import { schemaDocs } from '../logic/schemaDocs';
import type { Pattern } from '../../src/protocol/filter';
import { branchesWith, mostSearched } from '../logic/foundBranches';
import { firstMatchEnd } from '../logic/highlight';
import { foundStyles, foundText } from './foundText';
import './imageChip';
import { sharedStyles } from './view';

/** Children shown at once; more come on demand. */
const chunk = 200;
/** Characters of a string shown in a row of the tree. */
const mostText = 2000;
/** Characters of documentation in a tooltip of the browser, which has no scroll bar. */
const mostDoc = 900;

interface Line {
  node: TreeNode;
  /** Set on the line that stands for children not shown yet. */
  more?: number;
}

@customElement('rti-payload-tree')
export class PayloadTree extends LitElement {
  @property() text = '';
  /** The end that sent it, when it is an event: then its fields have documentation. */
  @property() from: 'client' | 'server' | undefined;
  /** JSON pointers of values that were replaced before recording. */
  @property({ attribute: false }) redacted: readonly string[] = [];
  /** Audio of this event, ms; 0 when unknown. */
  @property({ type: Number }) audioMs = 0;
  /** True when the audio of this event can be played. */
  @property({ type: Boolean }) playable = false;
  /** What is looked for: it stands out, and the lines that hold it are open. */
  @property({ attribute: false }) pattern: Pattern | null = null;
  @state() private open = new Set<string>();
  @state() private active = '';
  /** Documentation of the active field, while the tree has the focus. */
  @state() private help = '';
  #shown = new Map<string, number>();
  #root: TreeNode | undefined;
  #lines: Line[] = [];
  #event: Record<string, unknown> | undefined;

  static override styles = [
    sharedStyles,
    foundStyles,
    css`
      :host {
        display: block;
      }
      [role='tree'] {
        outline: none;
        padding: 4px 0;
      }
      .line {
        align-items: baseline;
        cursor: default;
        display: flex;
        gap: 6px;
        line-height: 20px;
        padding-right: 8px;
        user-select: text;
      }
      .line:hover {
        background: var(--vscode-list-hoverBackground);
      }
      [role='tree']:focus .line.active {
        background: var(--vscode-list-inactiveSelectionBackground);
        outline: 1px solid var(--vscode-list-focusOutline, var(--vscode-focusBorder));
        outline-offset: -1px;
      }
      .none {
        margin: 8px 12px;
      }
      .guide {
        align-self: stretch;
        border-right: 1px solid var(--vscode-tree-inactiveIndentGuidesStroke, transparent);
        flex: none;
        margin-right: -2px;
        width: 10px;
      }
      .twist {
        flex: none;
        color: var(--vscode-icon-foreground);
        text-align: center;
        user-select: none;
        width: 14px;
      }
      .key {
        color: var(--vscode-debugTokenExpression-name, var(--vscode-symbolIcon-propertyForeground));
        flex: none;
        max-width: 45%;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .value {
        overflow-wrap: anywhere;
        white-space: pre-wrap;
        min-width: 0;
      }
      .string {
        color: var(--vscode-debugTokenExpression-string);
      }
      .number {
        color: var(--vscode-debugTokenExpression-number);
      }
      .boolean,
      .null {
        color: var(--vscode-debugTokenExpression-boolean);
      }
      .object,
      .array {
        color: var(--vscode-descriptionForeground);
      }
      .chip {
        background: var(--vscode-badge-background);
        border: 1px solid var(--vscode-contrastBorder, transparent);
        border-radius: 9px;
        color: var(--vscode-badge-foreground);
        font-family: var(--vscode-font-family);
        font-size: 11px;
        line-height: 16px;
        padding: 0 8px;
        white-space: nowrap;
      }
      button.chip {
        cursor: pointer;
      }
      .help {
        background: var(--vscode-editorHoverWidget-background, var(--vscode-editorWidget-background));
        border-top: 1px solid
          var(--vscode-editorHoverWidget-border, var(--vscode-contrastBorder, var(--vscode-panel-border)));
        bottom: 0;
        color: var(--vscode-editorHoverWidget-foreground, var(--vscode-foreground));
        line-height: 1.4;
        max-height: 40%;
        overflow: auto;
        padding: 6px 12px;
        position: sticky;
        white-space: pre-line;
      }
      .redacted {
        background: none;
        border: 1px dashed var(--vscode-descriptionForeground);
        color: var(--vscode-descriptionForeground);
      }
    `,
  ];

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('text')) {
      this.#root = readTree(this.text);
      this.#event = undefined;
      this.#shown = new Map();
      this.active = '';
      this.open = new Set(['']);
      // Two levels are usually what one looks for; wide ones stay closed.
      if (this.#root !== undefined)
        for (const child of childrenOf(this.#root, this.text).slice(0, 40))
          if (child.size > 0 && child.size <= 24) this.open.add(child.path);
    }
    if ((changed.has('text') || changed.has('pattern')) && this.#root !== undefined && this.pattern !== null)
      this.open = new Set([...this.open, ...branchesWith(this.#root, this.text, this.pattern)]);
    this.#lines = [];
    if (this.#root !== undefined) for (const child of this.#childLines(this.#root)) this.#lines.push(child);
    if (!this.#lines.some((line) => keyOf(line) === this.active))
      this.active = this.#lines[0] === undefined ? '' : keyOf(this.#lines[0]);
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('text') || changed.has('pattern'))
      this.renderRoot.querySelector('mark')?.scrollIntoView({ block: 'nearest' });
  }

  #childLines(parent: TreeNode): Line[] {
    if (parent.depth === 0 && parent.size === 0) return [{ node: parent }];
    const children = childrenOf(parent, this.text);
    const most = this.#shown.get(parent.path) ?? chunk;
    const lines = children
      .slice(0, most)
      .flatMap((node) => [{ node }, ...(node.size > 0 && this.open.has(node.path) ? this.#childLines(node) : [])]);
    if (children.length > most) lines.push({ node: parent, more: children.length - most } as Line);
    return lines;
  }

  protected override render() {
    if (this.#root === undefined && this.text !== '')
      return html`<p class="none dim">Nested too deeply for a tree; Raw shows it.</p>`;
    return html`<div
        role="tree"
        aria-label="Payload"
        tabindex="0"
        class="mono"
        aria-activedescendant=${this.#lines.length === 0 ? nothing : `line-${this.#activeAt()}`}
        @keydown=${this.#key}
        @keyup=${() => void this.#describeActive()}
        @blur=${() => (this.help = '')}
      >
        ${this.#lines.map((line, at) => this.#line(line, at))}
      </div>
      ${this.help === '' ? nothing : html`<div class="help" role="status">${this.help}</div>`}`;
  }

  #activeAt(): number {
    return Math.max(
      0,
      this.#lines.findIndex((line) => keyOf(line) === this.active),
    );
  }

  #line(line: Line, at: number) {
    const { node, more } = line;
    const isBranch = node.size > 0 && more === undefined;
    const isOpen = this.open.has(node.path);
    const depth = more === undefined ? node.depth : node.depth + 1;
    return html`<div
      role="treeitem"
      id="line-${at}"
      class=${classMap({ line: true, active: keyOf(line) === this.active })}
      aria-level=${Math.max(1, depth)}
      aria-expanded=${isBranch ? String(isOpen) : nothing}
      aria-selected=${keyOf(line) === this.active ? 'true' : 'false'}
      @click=${() => {
        this.active = keyOf(line);
        if (more !== undefined) this.#showMore(node);
        else if (isBranch && (getSelection()?.isCollapsed ?? true)) this.#toggle(node.path);
      }}
    >
      ${Array.from({ length: Math.max(0, depth - 1) }, () => html`<span class="guide"></span>`)}
      <span class="twist" aria-hidden="true">${isBranch ? (isOpen ? '▾' : '▸') : ''}</span>
      ${
        more === undefined
          ? html`${
              node.depth === 0
                ? nothing
                : html`<span
                    class="key"
                    title=${node.key}
                    @mouseenter=${(event: Event) => void this.#describe(event.currentTarget as HTMLElement, node)}
                    >${foundText(node.key, this.pattern)}</span
                  >`
            }
            ${this.#value(node)}`
          : html`<span class="chip">${formatCount(more)} more, press Enter</span>`
      }
    </div>`;
  }

  #value(node: TreeNode) {
    if (this.redacted.includes(node.path))
      return html`<span class="chip redacted" title="Replaced before recording; what was sent is untouched"
        >redacted</span
      >`;
    if (node.kind === 'object')
      return html`<span class="value object"
        >${node.size === 0 ? '{}' : this.open.has(node.path) ? '' : `{…} ${node.size}`}</span
      >`;
    if (node.kind === 'array')
      return html`<span class="value array"
        >${node.size === 0 ? '[]' : this.open.has(node.path) ? `${node.size}` : `[…] ${node.size}`}</span
      >`;
    if (node.kind === 'string' && node.value.length > 100 && looksLikeImage(node.value))
      return html`<rti-image .source=${node.value}></rti-image>`;
    const data = node.kind === 'string' && node.value.startsWith('data:') ? imageBase64(node.value) : undefined;
    if (data !== undefined && data.base64.length > 100)
      return html`<span class="chip" title=${node.value.slice(0, 80)}
        >${data.said || 'data'} ${formatBytes(base64Bytes(data.base64))}, no picture by its bytes</span
      >`;
    if (node.kind === 'string' && looksLikeBase64(node.value)) {
      const size = formatBytes(base64Bytes(node.value));
      if (!isAudioString(node)) return html`<span class="chip" title=${node.value.slice(0, 80)}>base64 ${size}</span>`;
      const words = `audio ${this.audioMs > 0 ? `${formatDuration(this.audioMs)} ` : ''}${size}`;
      return this.playable
        ? html`<button
            class="chip"
            title="Play this audio"
            @click=${(event: Event) => {
              event.stopPropagation();
              this.dispatchEvent(new CustomEvent('rti-play-row', { bubbles: true, composed: true }));
            }}
          >
            ▶ ${words}
          </button>`
        : html`<span class="chip">${words}</span>`;
    }
    if (node.kind === 'string') {
      const end = this.pattern === null ? -1 : firstMatchEnd(node.value.slice(0, mostSearched), this.pattern);
      const most = Math.max(mostText, end + 200);
      const cut = node.value.length > most;
      return html`<span class="value string"
          >${foundText(JSON.stringify(cut ? node.value.slice(0, most) : node.value), this.pattern)}</span
        >${
          cut
            ? html`<span class="chip">${formatCount(node.value.length - most)} more characters in Raw</span>`
            : nothing
        }`;
    }
    return html`<span class="value ${node.kind}">${foundText(node.value, this.pattern)}</span>`;
  }

  /** Puts a field's documentation into the title of its name, when somebody points there. */
  async #describe(name: HTMLElement, node: TreeNode): Promise<void> {
    const doc = await this.#docOf(node);
    // The line may show another field by now.
    if (doc !== '' && name.textContent === node.key) name.title = doc;
  }
  /** The same under the tree for those who go through it by keys. */
  async #describeActive(): Promise<void> {
    const line = this.#lines[this.#activeAt()];
    const doc = line === undefined || line.more !== undefined ? '' : await this.#docOf(line.node);
    if (line === undefined || keyOf(line) === this.active)
      this.help = this.shadowRoot?.activeElement?.getAttribute('role') === 'tree' ? doc : '';
  }
  /** A field's name, facts and documentation; '' where there is none, or when the text has changed meanwhile. */
  async #docOf(node: TreeNode): Promise<string> {
    const { from, text } = this;
    if (from === undefined) return '';
    const docs = await schemaDocs();
    if (text !== this.text) return '';
    this.#event ??= readForSchema(text);
    const help = fieldHelp(this.#event, from, pathOfPointer(this.#event, node.path), docs);
    if (help === undefined) return '';
    const doc = plainDoc(help.doc);
    const shown = doc.length > mostDoc ? `${doc.slice(0, mostDoc)}… (all of it is under Docs)` : doc;
    return [`${help.name}${help.facts === '' ? '' : `: ${help.facts}`}`, shown]
      .filter((one) => one !== '')
      .join('\n\n');
  }

  #toggle(path: string): void {
    const open = new Set(this.open);
    if (!open.delete(path)) open.add(path);
    this.open = open;
  }
  #showMore(node: TreeNode): void {
    this.#shown.set(node.path, (this.#shown.get(node.path) ?? chunk) + chunk * 5);
    this.requestUpdate();
  }

  readonly #key = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = this.#activeAt();
    const line = this.#lines[at];
    if (line === undefined) return;
    const { node, more } = line;
    const isBranch = node.size > 0 && more === undefined;
    const go = (to: number) => {
      const target = this.#lines[Math.max(0, Math.min(this.#lines.length - 1, to))];
      if (target !== undefined) this.active = keyOf(target);
    };
    switch (event.key) {
      case 'ArrowDown':
        go(at + 1);
        break;
      case 'ArrowUp':
        go(at - 1);
        break;
      case 'Home':
        go(0);
        break;
      case 'End':
        go(this.#lines.length - 1);
        break;
      case 'ArrowRight':
        if (isBranch && !this.open.has(node.path)) this.#toggle(node.path);
        else go(at + 1);
        break;
      case 'ArrowLeft':
        if (isBranch && this.open.has(node.path)) this.#toggle(node.path);
        else {
          const parent = node.path.slice(0, node.path.lastIndexOf('/'));
          const found = this.#lines.findIndex(
            (candidate) => candidate.node.path === parent && candidate.more === undefined,
          );
          if (found >= 0) go(found);
        }
        break;
      case 'Enter':
        if (more !== undefined) this.#showMore(node);
        else if (isBranch) this.#toggle(node.path);
        else if (isAudioString(node) && this.playable)
          this.dispatchEvent(new CustomEvent('rti-play-row', { bubbles: true, composed: true }));
        break;
      default:
        return;
    }
    event.preventDefault();
    event.stopPropagation();
    void this.updateComplete.then(() =>
      this.renderRoot.querySelector('.line.active')?.scrollIntoView({ block: 'nearest' }),
    );
  };
}

function keyOf(line: Line): string {
  return `${line.node.path}${line.more === undefined ? '' : '/more'}|${line.node.node.offset}`;
}
