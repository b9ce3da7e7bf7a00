/** The tools of a session: functions with their schemas, and MCP servers. Each field is written into the text by itself. */
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { isFields } from '../logic/updatePreview';
import { sharedStyles } from '../views/view';
import { fieldStyles } from './fieldStyles';

/** A change below `tools`; undefined takes away. */
export interface ToolEdit {
  path: (string | number)[];
  value: unknown;
}

const newFunction = {
  type: 'function',
  name: 'get_weather',
  description: '',
  parameters: { type: 'object', properties: {}, required: [] },
};
const newServer = { type: 'mcp', server_label: 'server', server_url: 'https://', require_approval: 'always' };

@customElement('rti-tools-form')
export class ToolsForm extends LitElement {
  /** As the text has them; undefined when it says nothing of tools. */
  @property({ attribute: false }) tools: readonly unknown[] | undefined;
  /** As the session has them. */
  @property({ attribute: false }) effective: readonly unknown[] = [];
  /** JSON that is none, by place. */
  @state() private broken: ReadonlySet<string> = new Set();

  static override styles = [
    sharedStyles,
    fieldStyles,
    css`
      :host {
        display: block;
        min-width: 0;
      }
      details {
        border: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
        border-radius: 4px;
        margin-bottom: 4px;
        padding: 2px 6px;
      }
      summary {
        cursor: pointer;
        line-height: 22px;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      label {
        display: grid;
        gap: 1px;
        margin-bottom: 4px;
      }
      .bar {
        display: flex;
        flex-wrap: wrap;
        gap: 4px 12px;
      }
    `,
  ];

  protected override render() {
    const { tools, effective } = this;
    const names = effective.map(nameOf).join(', ');
    return html`${
        tools === undefined
          ? html`<div class="dim">${effective.length === 0 ? 'none' : `as they are: ${names}`}</div>`
          : tools.map((tool, at) => this.#tool(tool, at))
      }
      <div class="bar">
        ${
          tools === undefined && effective.length > 0
            ? html`<button class="link" @click=${() => this.#tell([], effective)}>Edit them</button>`
            : nothing
        }
        <button class="link" @click=${() => this.#add(newFunction)}>Add a function</button>
        <button class="link" @click=${() => this.#add(newServer)}>Add an MCP server</button>
        ${
          tools === undefined && effective.length > 0
            ? html`<button class="link" @click=${() => this.#tell([], [])}>Have none</button>`
            : nothing
        }
      </div>`;
  }

  #add(tool: object): void {
    const list = this.tools ?? this.effective;
    if (this.tools === undefined) this.#tell([], [...list, tool]);
    else this.#tell([list.length], tool);
  }

  #tool(tool: unknown, at: number) {
    const fields = isFields(tool) ? tool : {};
    const isServer = fields['type'] === 'mcp';
    return html`<details>
      <summary>${nameOf(tool)} <span class="dim">${isServer ? 'MCP server' : 'function'}</span></summary>
      ${
        isServer
          ? html`${this.#text(fields, at, 'server_label', 'Label')} ${this.#text(fields, at, 'server_url', 'URL')}
            ${this.#json(fields, at, 'require_approval', 'Asks for approval: "always", "never", or rules')}
            ${this.#json(fields, at, 'allowed_tools', 'Allowed tools')}
            ${this.#text(fields, at, 'authorization', 'Authorization')}`
          : html`${this.#text(fields, at, 'name', 'Name')} ${this.#text(fields, at, 'description', 'Description')}
            ${this.#json(fields, at, 'parameters', 'Parameters, a JSON schema')}`
      }
      <button class="link" @click=${() => this.#tell([at], undefined)}>Remove</button>
    </details>`;
  }

  #text(tool: Record<string, unknown>, at: number, name: string, label: string) {
    const value = tool[name];
    return html`<label
      ><span class="dim">${label}</span
      ><input
        type=${name === 'authorization' ? 'password' : 'text'}
        autocomplete="off"
        .value=${typeof value === 'string' ? value : ''}
        @change=${(event: Event) => {
          const typed = (event.target as HTMLInputElement).value;
          this.#tell([at, name], typed === '' ? undefined : typed);
        }}
    /></label>`;
  }
  #json(tool: Record<string, unknown>, at: number, name: string, label: string) {
    const value = tool[name];
    const place = `${at}/${name}`;
    return html`<label
      ><span class="dim">${label}${this.broken.has(place) ? ' (no JSON: not in the text yet)' : ''}</span
      ><textarea
        class="mono ${this.broken.has(place) ? 'invalid' : ''}"
        rows=${name === 'parameters' ? 6 : 1}
        spellcheck="false"
        .value=${value === undefined ? '' : JSON.stringify(value, null, 2)}
        @change=${(event: Event) => {
          const typed = (event.target as HTMLTextAreaElement).value;
          const broken = new Set(this.broken);
          broken.delete(place);
          try {
            this.#tell([at, name], typed.trim() === '' ? undefined : JSON.parse(typed));
          } catch {
            broken.add(place);
          }
          this.broken = broken;
        }}
      ></textarea>
    </label>`;
  }
  #tell(path: (string | number)[], value: unknown): void {
    this.dispatchEvent(new CustomEvent<ToolEdit>('rti-tool', { detail: { path, value } }));
  }
}

function nameOf(tool: unknown): string {
  const name = isFields(tool) ? (tool['name'] ?? tool['server_label']) : undefined;
  return typeof name === 'string' && name !== '' ? name : '(no name)';
}

declare global {
  interface HTMLElementTagNameMap {
    'rti-tools-form': ToolsForm;
  }
}
