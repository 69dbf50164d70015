// The courier line on Node's own http module, correct; `broken.js` spoils it in one way each.
//
//   node line.js NAME    prints its port, and ends when its input does
'use strict';

const http = require('node:http');

const COURIERS = new Set(['79161110001', '79161110002', '79161110003', '79161110004']);
const ORDERS = new Map([
  ['10523', ['79161110001', '79175968108']],
  ['10524', ['79161110001', '79175968109']],
  ['00042', ['79161110001', '79175968110']],
  ['10777', ['79161110002', '79262220002']],
  ['10601', ['79161110003', '79262220003']],
  ['10701', ['79161110004', '79262220004']],
  ['10702', ['79161110002', '79161110004']],
]);
const MOST_GUESSES = 3;
const NOTHING_ENTERED = new Set(['', 'None']);
const LARGEST_BODY = 64 * 1024;

class Line {
  constructor() {
    this.told = new Map();
    this.wrong = new Map();
  }

  // -- reading --------------------------------------------------------------------------

  parameters(request, body) {
    const query = Object.fromEntries(new URL(request.url, 'http://pbx').searchParams);
    if (!body.trim()) return query;
    const json = (request.headers['content-type'] || '').includes('json');
    return { ...query, ...(json ? this.parse(body) : Object.fromEntries(new URLSearchParams(body))) };
  }

  parse(body) {
    try {
      return JSON.parse(body) || {};
    } catch {
      return {};
    }
  }

  understand(parameters) {
    const text = (name) => String(parameters[name] ?? '').trim();
    const entered = text('input_result');
    return {
      caller: text('numa').replace(/^\+/, ''),
      digits: NOTHING_ENTERED.has(entered) ? null : entered,
      session: text('call_session_id') || text('cdr_id'),
    };
  }

  // -- deciding -------------------------------------------------------------------------

  async instruct(asked) {
    const step = JSON.stringify([asked.session, asked.caller, asked.digits]);
    if (!asked.session) return this.decide(asked);
    if (!this.told.has(step)) this.told.set(step, this.decide(asked));
    return this.told.get(step);
  }

  decide(asked) {
    if (!COURIERS.has(asked.caller)) return { returned_code: 2 };
    if (asked.digits === null) return { returned_code: 1 };
    const call = JSON.stringify([asked.session, asked.caller]);
    const wrong = this.wrong.get(call) ?? 0;
    if (wrong >= MOST_GUESSES) return { returned_code: 4 };
    const customer = this.find(asked);
    if (customer) return { phones: [customer] };
    this.wrong.set(call, wrong + 1);
    return { returned_code: wrong + 1 >= MOST_GUESSES ? 4 : 3 };
  }

  find(asked) {
    const [courier, customer] = ORDERS.get(asked.digits) ?? [];
    return courier === asked.caller ? customer : undefined;
  }

  // -- saying ---------------------------------------------------------------------------

  encode(instruction) {
    return JSON.stringify(instruction);
  }

  say(response, status, body) {
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.end(body);
  }

  async respond(request, response, body) {
    if (request.method === 'HEAD') return this.say(response, 200, '');
    if (!['GET', 'POST'].includes(request.method)) return this.say(response, 405, '');
    const asked = this.understand(this.parameters(request, body));
    return this.say(response, 200, this.encode(await this.instruct(asked)));
  }

  failed(_error, response) {
    // A request that broke off needs no answer.
    if (!response.headersSent && !response.destroyed) this.say(response, 500, '');
  }

  async handle(request, response) {
    let body = '';
    request.setEncoding('utf8');
    for await (const piece of request) {
      body += piece;
      if (body.length > LARGEST_BODY) return this.say(response, 413, '');
    }
    return this.respond(request, response, body);
  }
}

function serve(line) {
  const handle = (request, response) => {
    line.handle(request, response).catch((error) => line.failed(error, response));
  };
  const server = http.createServer(handle);
  server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
}

module.exports = { Line, ORDERS, serve };

if (require.main === module) {
  const lines = { 'node-correct': Line, ...require('./broken.js') };
  serve(new lines[process.argv[2]]());
  process.stdin.on('end', () => process.exit(0)).resume();
}
