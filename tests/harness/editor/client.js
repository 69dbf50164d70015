// The editor's side of the language server protocol, as much of it as is needed to try a server.
'use strict';

const { spawn } = require('node:child_process');
const { pathToFileURL } = require('node:url');

const ERROR = 1; // a type of message

const CAPABILITIES = {
  workspace: { configuration: true, semanticTokens: { refreshSupport: true } },
  textDocument: {
    completion: { completionItem: { snippetSupport: true } },
    definition: { linkSupport: true },
    publishDiagnostics: {},
    semanticTokens: {},
  },
};

class Editor {
  /**
   * @param {string[]} command The server.
   * @param {string} folder What the editor has opened.
   * @param {object} settings By section, as the server asks for them.
   */
  constructor(command, folder, settings) {
    this.folder = folder;
    this.settings = settings;
    this.received = Buffer.alloc(0);
    this.sent = 0;
    this.wanted = []; // who waits for what: {fits, resolve, reject}
    this.complaints = []; // what the server logs as an error
    const stdio = ['pipe', 'pipe', 'inherit'];
    this.server = spawn(command[0], command.slice(1), { cwd: folder, stdio });
    this.server.stdout.on('data', (bytes) => this.read(bytes));
    this.server.on('exit', (code) => this.giveUp(new Error(`the server ended with ${code}`)));
  }

  /** Say hello, and wait until the server has read all definitions. */
  async start() {
    const rootUri = pathToFileURL(this.folder).href;
    await this.ask('initialize', { processId: process.pid, rootUri, capabilities: CAPABILITIES });
    // It asks for new colours when it knows the steps.
    const known = this.next((message) => message.method === 'workspace/semanticTokens/refresh');
    this.tell('initialized', {});
    await known;
  }

  async stop() {
    await this.ask('shutdown');
    this.tell('exit');
  }

  /** Open a document and give what the server finds wrong with it. */
  async open(uri, text) {
    const found = this.next(
      ({ method, params }) => method === 'textDocument/publishDiagnostics' && params.uri === uri,
    );
    const document = { uri, languageId: 'cucumber', version: 1, text };
    this.tell('textDocument/didOpen', { textDocument: document });
    return (await found).params.diagnostics;
  }

  close(uri) {
    this.tell('textDocument/didClose', { textDocument: { uri } });
  }

  tell(method, params) {
    this.write({ method, params });
  }

  async ask(method, params) {
    const id = ++this.sent;
    const answer = this.next((message) => message.id === id && message.method === undefined);
    this.write({ id, method, params });
    const { error, result } = await answer;
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  /** Wait for a message. */
  next(fits) {
    return new Promise((resolve, reject) => this.wanted.push({ fits, resolve, reject }));
  }

  write(message) {
    const content = Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }));
    this.server.stdin.write(`Content-Length: ${content.length}\r\n\r\n`);
    this.server.stdin.write(content);
  }

  read(bytes) {
    this.received = Buffer.concat([this.received, bytes]);
    for (;;) {
      const head = this.received.indexOf('\r\n\r\n');
      if (head < 0) return;
      const [, length] = /Content-Length: (\d+)/i.exec(this.received.toString('ascii', 0, head));
      const end = head + 4 + Number(length);
      if (this.received.length < end) return;
      const message = JSON.parse(this.received.toString('utf8', head + 4, end));
      this.received = this.received.subarray(end);
      this.take(message);
    }
  }

  take(message) {
    const isError = message.method === 'window/logMessage' && message.params.type === ERROR;
    if (isError) this.complaints.push(message.params.message);
    if (message.method !== undefined && message.id !== undefined) this.answer(message);
    const fitting = this.wanted.filter(({ fits }) => fits(message));
    this.wanted = this.wanted.filter((waiting) => !fitting.includes(waiting));
    for (const { resolve } of fitting) resolve(message);
  }

  answer({ id, method, params }) {
    const asked = method === 'workspace/configuration' ? params.items : null;
    this.write({ id, result: asked && asked.map(({ section }) => this.settings[section] ?? null) });
  }

  giveUp(error) {
    for (const { reject } of this.wanted.splice(0)) reject(error);
  }
}

module.exports = { Editor };
